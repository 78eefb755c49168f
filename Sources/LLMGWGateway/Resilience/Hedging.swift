import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Whether and where a request's slow attempt gets a hedge: the driver around `HedgePolicy`.
@GatewayLoop
final class Hedging {
    private let work: InferenceWork
    private let execution: Execution
    private let registry: DeploymentRegistry
    private let quota: RequestQuota
    private let candidates: Candidates
    private let starter: AttemptStarter
    private let log: AttemptLog
    private let statistics: Statistics
    private let scheduler: any LoopScheduler
    private var hasHedged = false

    init(
        _ work: InferenceWork, execution: Execution, registry: DeploymentRegistry, quota: RequestQuota,
        candidates: Candidates, starter: AttemptStarter, log: AttemptLog, statistics: Statistics,
        scheduler: any LoopScheduler
    ) {
        self.work = work
        self.execution = execution
        self.registry = registry
        self.quota = quota
        self.candidates = candidates
        self.starter = starter
        self.log = log
        self.statistics = statistics
        self.scheduler = scheduler
    }

    /// When to look whether the attempt is slow; nil where its model is not hedged. What is slow takes a while to find out: it is asked only where an
    /// attempt comes that far.
    func firstLook(at attempt: RunningAttempt) -> MonotonicInstant? {
        guard !hasHedged, let minimum = registry.models[attempt.target.model]?.settings.hedgeAfter else { return nil }
        return attempt.started + minimum
    }

    /// From when on the attempt is slow.
    func slow(_ attempt: RunningAttempt) -> MonotonicInstant {
        let slow = registry.models[attempt.target.model]?.slow(
            isStream: attempt.operation.isStream, now: scheduler.now)
        return slow.map { attempt.started + $0 } ?? .distantFuture
    }

    /// Takes everything that a hedge needs; nil where something speaks against it.
    func begin(beside first: RunningAttempt) -> RunningAttempt? {
        guard let model = registry.models[first.target.model] else { return nil }
        let now = scheduler.now
        let others = model.deployments.filter {
            candidates.attempts(at: $0) == 0 && registry.isSteady($0, now: now)
                && quota.hasRoom($0, for: first.operation, leaving: HedgePolicy.headroom)
        }
        let target = registry.choose(in: model, among: others, now: now)
        let context = HedgeContext(
            attempts: log.begun, hasHedged: hasHedged, callerForbidsTwice: work.mayRunTwice == false,
            deadline: execution.deadline, hasTarget: target != nil)
        let budgets = (target ?? first.target).provider
        switch HedgePolicy(settings: registry.policy.settings).decide(
            context, hedges: &model.hedges, retries: &budgets.budget, now: now)
        {
        case .withhold(let reason):
            withhold(first, reason)
            return nil
        case .begin: break
        }
        guard let target, let place = quota.enterAtOnce(first.operation, target, model.settings),
            let hedge = starter.start(at: target, .hedge, first.operation, place: place, since: first.started)
        else {
            withhold(first, .noDeployment)
            return nil
        }
        hasHedged = true
        return hedge
    }

    private func withhold(_ first: RunningAttempt, _ reason: HedgePolicy.Reason) {
        statistics.noteHedge(model: first.target.model, .withheld)
        log.trace.note(.hedge, nil, at: scheduler.now, "withheld: \(reason.rawValue)")
    }

    /// What an attempt's result means for the other one.
    func end(_ result: Result<UpstreamAnswer, GatewayError>) -> HedgeRace.End {
        guard case .failure(let error) = result else { return .answered }
        return .failed(isFinal: registry.policy.table[error.reason].fallback.chain != .general)
    }

    func note(_ hedge: RunningAttempt, _ outcome: HedgeOutcome) {
        statistics.noteHedge(model: hedge.target.model, outcome)
    }
}
