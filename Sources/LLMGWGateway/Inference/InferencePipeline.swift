import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// What every request that leaves the host goes through, in this order and nowhere else: a place at the provider → the attempt → how it was made.
@GatewayLoop
final class InferencePipeline {
    let scheduler: any LoopScheduler
    let catalog: ModelCatalog
    private let client: UpstreamClient
    private let statistics: Statistics
    private(set) var pools: [String: ProviderPool] = [:]

    init(
        configuration: GatewayConfiguration, catalog: ModelCatalog, client: UpstreamClient, statistics: Statistics,
        scheduler: any LoopScheduler
    ) {
        self.catalog = catalog
        self.client = client
        self.statistics = statistics
        self.scheduler = scheduler
        for (name, settings) in configuration.providers {
            pools[name] = ProviderPool(settings, scheduler: scheduler)
        }
    }

    /// Runs one operation for `execution`. `onHead` hears what is known before the answer.
    func run(
        _ operation: UpstreamOperation, model: ModelSettings, execution: Execution, sink: (any ChunkSink)? = nil,
        onHead: @GatewayLoop (ReplyHead) -> Void = { _ in }
    ) async throws(GatewayError) -> (answer: UpstreamAnswer, info: ReplyInfo) {
        guard let pool = pools[model.provider] else {
            throw GatewayError(.internalError, "the model \(model.name) has no provider")
        }
        let head = ReplyHead(
            requestID: execution.requestID.description, model: model.name, provider: model.provider, cache: .bypass)
        let ticket = try await pool.enter(execution) { ahead in
            var waiting = head
            waiting.queuePosition = UInt32(clamping: ahead)
            onHead(waiting)
        }
        defer { pool.leave(ticket) }
        // Without this a late request would reach the upstream before its clock is looked at.
        guard scheduler.now < execution.deadline else { throw .deadline(notProcessed: true) }
        onHead(head)
        let attemptsBefore = execution.attempts
        let result = await UpstreamAttempt(execution, sink: sink).run(
            operation, client: client, provider: pool.settings, upstreamModel: model.upstreamModel)
        switch result {
        case .success(let answer):
            statistics.noteAttempt(provider: model.provider, failed: false)
            return (answer, info(for: answer, model, execution))
        case .failure(var error):
            if execution.attempts > attemptsBefore {
                // The caller's own cancelling and deadline say nothing about the provider.
                statistics.noteAttempt(provider: model.provider, failed: error.origin == .upstream)
            }
            error.provider = model.provider
            error.model = model.name
            error.attempts = execution.attempts
            throw error
        }
    }

    private func info(for answer: UpstreamAnswer, _ model: ModelSettings, _ execution: Execution) -> ReplyInfo {
        let total = scheduler.now - execution.started
        let latency = Latency(
            queue: execution.queueTime, firstToken: answer.firstContent, total: total,
            overhead: max(.zero, total - execution.queueTime - answer.upstreamTime))
        var info = answer.body.info
        info.requestID = execution.requestID.description
        info.model = model.name
        info.provider = model.provider
        info.attempts = execution.attempts
        info.latency = latency
        info.cache = .bypass
        info.upstreamID = answer.upstreamID
        return info
    }
}

extension UpstreamAnswer.Body {
    /// What the upstream said of itself.
    fileprivate var info: ReplyInfo {
        switch self {
        case .chat(let reply): reply.info
        case .complete(let reply): reply.info
        case .embed(_, _, let model): ReplyInfo(upstreamModel: model)
        case .models: ReplyInfo()
        }
    }
}
