import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Chat and Complete: one request, one answer, whole or in pieces.
@GatewayLoop
final class ChatService {
    private let pipeline: InferencePipeline
    private let defaults: DefaultSettings
    private let statistics: Statistics
    /// Nil where it is off.
    private let semantic: SemanticCache?

    init(
        pipeline: InferencePipeline, defaults: DefaultSettings, statistics: Statistics, semantic: SemanticCache? = nil
    ) {
        self.pipeline = pipeline
        self.semantic = semantic
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
            statistics.noteRefused(call.execution, error)
            throw error
        }
        let trace = pipeline.traces.begin(call, model: model)
        let reply = try await trace.following { () throws(GatewayError) in
            try await chat(
                request, model: model, options: call.options, execution: call.execution, trace: trace,
                use: use(call.cacheAddress, request, call, model), sink: request.stream ? call : nil,
                onHead: call.sendHead)
        }
        call.finish(reply)
    }

    /// For calls, and for the items of a batch.
    func chat(
        _ request: ChatRequest, model: ModelSettings, options: CallOptions, execution: Execution, trace: TraceRecorder,
        use: CacheUse?, sink: (any ChunkSink)?, onHead: @escaping @GatewayLoop (ReplyHead) -> Void
    ) async throws(GatewayError) -> ChatReply {
        let isPlain = request.tools.isEmpty && (request.responseFormat ?? .text) == .text
        let work = InferenceWork(
            model: model, mayRunTwice: options.retryAmbiguous,
            canned: isPlain ? { text, sink in .chat(Self.canned(text, sink)) } : nil
        ) { model throws(GatewayError) in
            try model.requireCapabilities(for: request)
            var request = request
            request.sampling = request.sampling.filled(from: model.defaultParameters)
            return .chat(request)
        }
        do throws(GatewayError) {
            let (body, info) = try await pipeline.run(
                work, use: use, execution: execution, trace: trace, sink: sink, onHead: onHead)
            guard case .chat(var reply) = body else {
                throw GatewayError(.internalError, "the answer is of another kind than the request")
            }
            reply.info = info
            statistics.noteEnd(
                execution, model: model, error: nil, usage: info.isNew ? reply.usage : nil, info: info)
            return reply
        } catch {
            statistics.noteEnd(execution, model: model, error: error)
            throw error
        }
    }

    /// A stream's reply tells only how the choices ended; the text is a chunk before it.
    private static func canned(_ text: String, _ sink: (any ChunkSink)?) -> ChatReply {
        guard let sink else { return ChatReply(choices: [.init(index: 0, text: text, finishReason: .stop)]) }
        _ = sink.send(ChatChunk(text: text, finishReason: .stop))
        return ChatReply(choices: [.init(index: 0, finishReason: .stop)])
    }

    func complete(_ call: Call) async throws(GatewayError) {
        let request: CompleteRequest
        let model: ModelSettings
        do throws(GatewayError) {
            request = try call.request()
            model = try resolve(request.model)
            call.note(model, stream: request.stream)
        } catch {
            statistics.noteRefused(call.execution, error)
            throw error
        }
        let work = InferenceWork(model: model, mayRunTwice: call.options.retryAmbiguous) {
            model throws(GatewayError) in
            try model.require(.completion, for: "Complete")
            var request = request
            request.sampling = request.sampling.filled(from: model.defaultParameters)
            return .complete(request)
        }
        let trace = pipeline.traces.begin(call, model: model)
        do throws(GatewayError) {
            let (body, info) = try await trace.following { () throws(GatewayError) in
                try await pipeline.run(
                    work, use: use(call.cacheAddress, call, request.sampling, request.extra, model),
                    execution: call.execution, trace: trace, sink: request.stream ? call : nil,
                    onHead: call.sendHead)
            }
            guard case .complete(var reply) = body else {
                throw GatewayError(.internalError, "the answer is of another kind than the request")
            }
            reply.info = info
            statistics.noteEnd(
                call.execution, model: model, error: nil, usage: info.isNew ? reply.usage : nil, info: info)
            call.finish(reply)
        } catch {
            statistics.noteEnd(call.execution, model: model, error: error)
            throw error
        }
    }

    /// What an item of a batch may have of the cache.
    func use(_ item: ChatRequest, of call: Call, _ model: ModelSettings) -> CacheUse? {
        guard call.execution.caller?.client.allows(model.name) ?? true else { return nil }
        return use(pipeline.addresses.address(item, for: call.peer), item, call, model)
    }

    private func use(
        _ address: CacheAddress?, _ request: ChatRequest, _ call: Call, _ model: ModelSettings
    ) -> CacheUse? {
        guard var use = use(address, call, request.sampling, request.extra, model) else { return nil }
        use.question = semantic?.question(request, use.plan, call)
        return use
    }

    private func use(
        _ address: CacheAddress?, _ call: Call, _ sampling: Sampling, _ extra: RawJSON?, _ model: ModelSettings
    ) -> CacheUse? {
        address.map { CacheUse($0, call, CacheTraits(sampling.filled(from: model.defaultParameters), extra)) }
    }

    /// For a batch, whose items are chats.
    func beginTrace(of call: Call) -> TraceRecorder { pipeline.traces.begin(call, model: nil) }

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
