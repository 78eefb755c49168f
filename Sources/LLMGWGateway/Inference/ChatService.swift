import LLMGWCore
import LLMGWUpstream

/// Chat and Complete: one request, one answer, whole or in pieces.
@GatewayLoop
final class ChatService {
    private let pipeline: InferencePipeline
    private let defaults: DefaultSettings
    private let statistics: Statistics

    init(pipeline: InferencePipeline, defaults: DefaultSettings, statistics: Statistics) {
        self.pipeline = pipeline
        self.defaults = defaults
        self.statistics = statistics
    }

    var scheduler: any LoopScheduler { pipeline.scheduler }

    func chat(_ call: Call) async throws(GatewayError) {
        let request: ChatRequest
        let model: ModelSettings
        do throws(GatewayError) {
            request = try call.request()
            model = try resolve(request.model)
            call.note(model, stream: request.stream)
        } catch {
            statistics.noteRefused(error)
            throw error
        }
        let reply = try await chat(
            request, model: model, execution: call.execution, sink: request.stream ? call : nil, onHead: call.sendHead)
        call.finish(reply)
    }

    /// For calls, and for the items of a batch.
    func chat(
        _ request: ChatRequest, model: ModelSettings, execution: Execution, sink: (any ChunkSink)?,
        onHead: @GatewayLoop (ReplyHead) -> Void
    ) async throws(GatewayError) -> ChatReply {
        do throws(GatewayError) {
            try model.requireCapabilities(for: request)
            var request = request
            request.sampling = request.sampling.filled(from: model.defaultParameters)
            let (answer, info) = try await pipeline.run(
                .chat(request), model: model, execution: execution, sink: sink, onHead: onHead)
            guard case .chat(var reply) = answer.body else {
                throw GatewayError(.internalError, "the answer is of another kind than the request")
            }
            reply.info = info
            statistics.noteEnd(model: model, error: nil, usage: reply.usage)
            return reply
        } catch {
            statistics.noteEnd(model: model, error: error, usage: nil)
            throw error
        }
    }

    func complete(_ call: Call) async throws(GatewayError) {
        var request: CompleteRequest
        let model: ModelSettings
        do throws(GatewayError) {
            request = try call.request()
            model = try resolve(request.model)
            call.note(model, stream: request.stream)
        } catch {
            statistics.noteRefused(error)
            throw error
        }
        do throws(GatewayError) {
            try model.require(.completion, for: "Complete")
            request.sampling = request.sampling.filled(from: model.defaultParameters)
            let (answer, info) = try await pipeline.run(
                .complete(request), model: model, execution: call.execution, sink: request.stream ? call : nil,
                onHead: call.sendHead)
            guard case .complete(var reply) = answer.body else {
                throw GatewayError(.internalError, "the answer is of another kind than the request")
            }
            reply.info = info
            statistics.noteEnd(model: model, error: nil, usage: reply.usage)
            call.finish(reply)
        } catch {
            statistics.noteEnd(model: model, error: error, usage: nil)
            throw error
        }
    }

    func resolve(_ name: String?) throws(GatewayError) -> ModelSettings {
        try pipeline.catalog.resolve(name, default: defaults.model, setting: "defaults.model")
    }
}

extension Call {
    /// What `llmgw-ctl requests` shows of the call.
    func note(_ model: ModelSettings, stream: Bool = false) {
        self.model = model.name
        self.provider = model.provider
        self.isStream = stream
    }
}
