import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Embed: calls that come close together for one model go upstream as one.
@GatewayLoop
final class EmbedService {
    /// Calls that may share an upstream call: everything but the inputs is equal.
    private struct Lane: Hashable {
        /// What is shared is paid for by one.
        var client: String
        var model: String
        var dimensions: UInt32?
        var user: String?
    }

    private let pipeline: InferencePipeline
    private let defaults: DefaultSettings
    private let statistics: Statistics
    private let scheduler: any LoopScheduler
    private var batchers: [Lane: EmbedBatcher<RequestID>] = [:]
    private var members: [RequestID: EmbedMember] = [:]

    init(pipeline: InferencePipeline, defaults: DefaultSettings, statistics: Statistics) {
        self.pipeline = pipeline
        self.defaults = defaults
        self.statistics = statistics
        self.scheduler = pipeline.scheduler
    }

    func embed(_ call: Call) async throws(GatewayError) {
        let request: EmbedRequest
        let model: ModelSettings
        do throws(GatewayError) {
            request = try call.request()
            model = try pipeline.catalog.resolve(
                request.model, default: defaults.embeddingModel, setting: "defaults.embedding_model")
            call.note(model)
        } catch {
            statistics.noteRefused(call.execution, error)
            throw error
        }
        let trace = pipeline.traces.begin(call, model: model)
        do throws(GatewayError) {
            let reply = try await trace.following { () throws(GatewayError) in
                try await embed(request, model, call, trace)
            }
            statistics.noteEnd(
                call.execution, model: model, error: nil, usage: reply.info.isNew ? reply.usage : nil, info: reply.info)
            call.finish(reply)
        } catch {
            statistics.noteEnd(call.execution, model: model, error: error)
            throw error
        }
    }

    /// For the gateway itself, past the cache and without company.
    func vector(
        of text: String, _ model: ModelSettings, _ execution: Execution, _ trace: TraceRecorder
    ) async throws(GatewayError) -> [Float] {
        let request = EmbedRequest(model: model.name, inputs: [text])
        do throws(GatewayError) {
            let reply = try await alone(request, model, CallOptions(), execution, trace)
            statistics.noteEnd(execution, model: model, error: nil, usage: reply.usage, info: reply.info)
            return reply.embeddings.first ?? []
        } catch {
            statistics.noteEnd(execution, model: model, error: error)
            throw error
        }
    }

    private func embed(
        _ request: EmbedRequest, _ model: ModelSettings, _ call: Call, _ trace: TraceRecorder
    ) async throws(GatewayError) -> EmbedReply {
        try call.execution.caller?.client.require(model)
        try model.require(.embedding, for: "Embed")
        guard !request.inputs.isEmpty else {
            throw GatewayError(.invalidRequest, "inputs: at least one text is needed")
        }
        let share = EmbedShare()
        let ask: UpstreamAsk = { execution, _, _, _ throws(GatewayError) in
            let reply = try await self.ask(request, model, call.options, execution, trace)
            share.mergedCalls = reply.mergedCalls
            return (.embed(reply.embeddings, usage: reply.usage, model: nil), reply.info)
        }
        let use = call.cacheAddress.map { CacheUse($0, call, CacheTraits(isDeterministic: true)) }
        let caller = CacheCaller(execution: call.execution, trace: trace, sink: nil, onHead: { _ in }, ask: ask)
        let (body, info) = try await pipeline.throughCache(use, caller)
        guard case .embed(let vectors, let usage, _) = body else {
            throw GatewayError(.internalError, "the answer is of another kind than the request")
        }
        return EmbedReply(embeddings: vectors, usage: usage, info: info, mergedCalls: share.mergedCalls)
    }

    /// Asks upstream, with others where there are any.
    private func ask(
        _ request: EmbedRequest, _ model: ModelSettings, _ options: CallOptions, _ execution: Execution,
        _ trace: TraceRecorder
    ) async throws(GatewayError) -> EmbedReply {
        let batching = try pipeline.catalog.provider(of: model).embedBatching
        let lane = Lane(
            client: execution.caller?.client.name ?? "", model: model.name, dimensions: request.dimensions,
            user: request.user)
        let batcher = batchers[lane] ?? EmbedBatcher(settings: batching)
        guard request.extra == nil, batcher.merges(inputs: request.inputs.count) else {
            return try await alone(request, model, options, execution, trace)
        }
        // A lane is kept for those who wait in it, and only they remove it.
        try execution.checkCancellation()
        batchers[lane] = batcher
        return try await merged(request, model, lane, options, execution, trace)
    }

    private func alone(
        _ request: EmbedRequest, _ model: ModelSettings, _ options: CallOptions, _ execution: Execution,
        _ trace: TraceRecorder
    ) async throws(GatewayError) -> EmbedReply {
        let work = InferenceWork(model: model, mayRunTwice: options.retryAmbiguous) { model throws(GatewayError) in
            try model.require(.embedding, for: "Embed")
            return .embed(request)
        }
        let (body, info) = try await pipeline.run(work, use: nil, execution: execution, trace: trace)
        guard case .embed(let vectors, let usage, _) = body else {
            throw GatewayError(.internalError, "the answer is of another kind than the request")
        }
        return EmbedReply(embeddings: vectors, usage: usage, info: info)
    }

    private func merged(
        _ request: EmbedRequest, _ model: ModelSettings, _ lane: Lane, _ options: CallOptions, _ execution: Execution,
        _ trace: TraceRecorder
    ) async throws(GatewayError) -> EmbedReply {
        let id = execution.requestID
        defer {
            members[id] = nil
            forget(id, lane)
        }
        let actions: [EmbedBatcher<RequestID>.Action]
        do {
            guard let added = try batchers[lane]?.add(id, inputs: request.inputs.count, now: scheduler.now) else {
                throw GatewayError(.internalError, "the lane was just made")
            }
            actions = added
        } catch let error as GatewayError {
            throw error
        } catch {
            var full = GatewayError(
                .queueFull,
                "too many inputs are on their way to the model (providers.\(model.provider).embed_max_queue)")
            full.notProcessed = true
            throw full
        }
        let member = EmbedMember(request: request, options: options, execution: execution, trace: trace)
        members[id] = member
        perform(actions, lane, model)
        let timer = scheduler.schedule(at: execution.deadline) { [weak self] in
            self?.leave(id, lane, .deadline(notProcessed: member.batch == nil))
        }
        execution.interrupt = { [weak self] in self?.leave(id, lane, $0) }
        defer {
            timer.cancel()
            execution.interrupt = nil
        }
        switch await member.outcome() {
        case .share(let reply): return reply
        case .failed(let error): throw error
        case .runAlone: return try await alone(request, model, options, execution, trace)
        }
    }

    private func perform(_ actions: [EmbedBatcher<RequestID>.Action], _ lane: Lane, _ model: ModelSettings) {
        for action in actions {
            switch action {
            case .startTimer(let deadline):
                _ = scheduler.schedule(at: deadline) { [weak self] in
                    guard let self, let actions = batchers[lane]?.timerFired(now: scheduler.now) else { return }
                    perform(actions, lane, model)
                }
            case .flush(let ids):
                let batch = EmbedBatch(members: ids.compactMap { members[$0] })
                GatewayLoop.start { await self.run(batch, lane, model) }
            }
        }
    }

    /// The merged call has a life of its own: it ends early only when the last member has left.
    private func run(_ batch: EmbedBatch, _ lane: Lane, _ model: ModelSettings) async {
        guard let first = batch.members.first(where: { !$0.isSettled }) else { return }
        let latest = batch.members.map(\.execution.deadline).max() ?? first.execution.deadline
        let execution = Execution(
            requestID: first.execution.requestID, started: first.execution.started, deadline: latest,
            caller: first.execution.caller, operation: first.execution.operation)
        batch.execution = execution
        let live = batch.members.filter { !$0.isSettled }
        let request = EmbedRequest(
            model: model.name, inputs: live.flatMap(\.request.inputs), dimensions: lane.dimensions, user: lane.user)
        do throws(GatewayError) {
            // What one of them does not allow, none of them risks.
            let allow = live.map(\.options.retryAmbiguous)
            let options = CallOptions(retryAmbiguous: allow.contains(false) ? false : allow.contains(nil) ? nil : true)
            let reply = try await alone(request, model, options, execution, first.trace)
            for member in batch.share(reply, among: live, now: scheduler.now) {
                statistics.noteUnclaimed(member.execution, model: model, error: nil, info: reply.info)
            }
        } catch {
            if let member = batch.fail(error, live) {
                statistics.noteUnclaimed(member.execution, model: model, error: error)
            }
        }
    }

    private func leave(_ id: RequestID, _ lane: Lane, _ error: GatewayError) {
        forget(id, lane)
        members[id]?.settle(.failed(error))
    }

    private func forget(_ id: RequestID, _ lane: Lane) {
        batchers[lane]?.remove(id)
        if batchers[lane]?.isEmpty == true { batchers[lane] = nil }
    }
}

/// How many callers shared the upstream call that a request was answered by.
@GatewayLoop
private final class EmbedShare {
    var mergedCalls: UInt32 = 1
}
