import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// What every request that leaves the host goes through, and nowhere else: attempts at deployments, until one answers or the policy stops.
@GatewayLoop
final class InferencePipeline {
    let scheduler: any LoopScheduler
    let catalog: ModelCatalog
    let registry: DeploymentRegistry
    let traces: RequestTraceLog
    let addresses: CacheAddressBook
    let cache: ReplyCache
    let desk: QuotaDesk
    private let pauses: Pauses
    private let client: UpstreamClient
    private let statistics: Statistics

    init(
        registry: DeploymentRegistry, catalog: ModelCatalog, addresses: CacheAddressBook, cache: ReplyCache,
        state: GatewayState
    ) {
        self.addresses = addresses
        self.cache = cache
        self.registry = registry
        self.catalog = catalog
        self.traces = state.traces
        self.desk = state.desk
        self.pauses = state.pauses
        self.client = state.client
        self.statistics = state.statistics
        self.scheduler = state.scheduler
    }

    /// Has the work done for `execution`, by the cache where `use` allows that. `onHead` hears what is known before the answer.
    func run(
        _ work: InferenceWork, use: CacheUse?, execution: Execution, trace: TraceRecorder,
        sink: (any ChunkSink)? = nil, onHead: @escaping @GatewayLoop (ReplyHead) -> Void = { _ in }
    ) async throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo) {
        // Before the cache: what a client may not ask, it is not told either.
        try execution.caller?.client.require(work.model)
        let ask: UpstreamAsk = { execution, sink, hasSubstitute, onHead throws(GatewayError) in
            var work = work
            work.hasSubstitute = hasSubstitute
            return try await self.run(work, execution: execution, trace: trace, sink: sink, onHead: onHead)
        }
        let caller = CacheCaller(execution: execution, trace: trace, sink: sink, onHead: onHead, ask: ask)
        return try await throughCache(use, caller)
    }

    /// The cache's part, for those who ask upstream in a way of their own.
    func throughCache(
        _ use: CacheUse?, _ caller: CacheCaller
    ) async throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo) {
        if let use, !use.plan.bypasses {
            return try await CachedInference(cache: cache, use: use, caller: caller, statistics: statistics, desk: desk)
                .run()
        }
        if let use { cache.counters.note(.bypass, model: use.address.model.name, client: use.client) }
        return try await caller.ask(caller.execution, caller.sink, false, caller.onHead)
    }

    /// Does the work for `execution`.
    private func run(
        _ work: InferenceWork, execution: Execution, trace: TraceRecorder, sink: (any ChunkSink)?,
        onHead: @escaping @GatewayLoop (ReplyHead) -> Void
    ) async throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo) {
        guard let caller = execution.caller else {
            throw GatewayError(.internalError, "a request has somebody on whose behalf it is made")
        }
        let quota = RequestQuota(
            desk: desk, policy: registry.policy, execution: execution, caller: caller,
            minServiceTime: registry.settings.minServiceTime)
        let sequence = AttemptSequence(
            work, execution: execution, sink: sink, trace: trace, registry: registry, catalog: catalog, client: client,
            statistics: statistics, scheduler: scheduler, quota: quota, caller: caller.client, pauses: pauses,
            onHead: onHead)
        do throws(GatewayError) {
            let (answer, info) = try await sequence.run()
            return (answer.body, info)
        } catch {
            if let canned = canned(work, after: error, sequence, execution, trace, sink) { return canned }
            throw error
        }
    }

    /// The last resort: a text of the configuration, where the upstreams failed and nothing was said yet. What an upstream rightly refused is
    /// for the caller to know.
    private func canned(
        _ work: InferenceWork, after error: GatewayError, _ sequence: AttemptSequence, _ execution: Execution,
        _ trace: TraceRecorder, _ sink: (any ChunkSink)?
    ) -> (body: UpstreamAnswer.Body, info: ReplyInfo)? {
        let isFailure =
            error.origin == .upstream && registry.policy.table[error.reason].breaker != .success
            || error.reason == .noHealthyTarget
        guard isFailure, sequence.mayAnswerOtherwise, !work.hasSubstitute, let text = work.model.fallbacks.cannedReply,
            let body = work.canned?(text, sink)
        else { return nil }
        trace.note(.canned, nil, at: scheduler.now, "nobody could answer", error: error)
        let total = scheduler.now - execution.started
        let info = ReplyInfo(
            requestID: execution.requestID.description, model: work.model.name, attempts: execution.attempts,
            latency: Latency(queue: .zero, firstToken: nil, total: total, overhead: .zero), cache: .bypass,
            source: .canned, path: sequence.pathSoFar)
        return (body, info)
    }
}

extension UpstreamAnswer.Body {
    /// What the upstream said of itself.
    var info: ReplyInfo {
        switch self {
        case .chat(let reply): reply.info
        case .complete(let reply): reply.info
        case .embed(_, _, let model): ReplyInfo(upstreamModel: model)
        case .models: ReplyInfo()
        }
    }
}
