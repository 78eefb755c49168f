import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Tells everybody who learns from one request's attempts how each of them went, once: breakers, gates, balancer, limits, figures, the trace, and the
/// answer's path.
@GatewayLoop
final class AttemptLog {
    private let registry: DeploymentRegistry
    private let statistics: Statistics
    private let scheduler: any LoopScheduler
    let trace: TraceRecorder
    /// In the order of their ends.
    private(set) var path: [AttemptInfo] = []
    /// Attempts that have begun.
    private(set) var begun = 0
    private(set) var hasSentContent = false
    /// An attempt failed in a way that leaves open whether the upstream has done the work.
    private(set) var mayHaveRun = false

    init(registry: DeploymentRegistry, statistics: Statistics, scheduler: any LoopScheduler, trace: TraceRecorder) {
        self.registry = registry
        self.statistics = statistics
        self.scheduler = scheduler
        self.trace = trace
    }

    func began(at target: Deployment) {
        begun += 1
        registry.models[target.model]?.began(target)
    }

    /// A probe has reached its provider.
    func connected(_ target: Deployment, _ permits: BreakerPermits) { registry.reached(target, permits) }

    /// The first content of a stream is there.
    func content(_ attempt: RunningAttempt) {
        guard attempt.permits.deployment?.isProbe == true else { return }
        registry.began(attempt.target, attempt.permits, after: scheduler.now - attempt.started)
    }

    func ended(_ attempt: RunningAttempt, _ result: Result<UpstreamAnswer, GatewayError>) {
        let (now, target) = (scheduler.now, attempt.target)
        let took = now - attempt.started
        let error: GatewayError? = if case .failure(let error) = result { error } else { nil }
        let firstContent: Duration? = if case .success(let answer) = result { answer.firstContent } else { nil }
        hasSentContent = hasSentContent || attempt.upstream.hasDelivered
        if let error {
            mayHaveRun = mayHaveRun || !error.notProcessed && (error.retry == .ambiguous || error.reason == .hedgeLost)
        }
        registry.record(
            error, target, attempt.permits, isStream: attempt.operation.isStream, firstContent: firstContent, took: took
        )
        if let time = firstContent ?? (error?.reason == .hedgeLost ? took : nil) {
            registry.models[target.model]?.noteFirstContent(time, isStream: attempt.operation.isStream, now: now)
        }
        // After the gates: those who wait for this deployment look at them.
        attempt.place.settle(result, output: attempt.upstream.received, now: now)
        if attempt.upstream.hasBegun {
            // The caller's own cancelling and deadline say nothing about the provider.
            statistics.noteAttempt(provider: target.settings.provider, failed: error?.origin == .upstream)
        }
        if let error, attempt.isUnsayable(error) {
            begun -= 1
            trace.note(attempt.decision, target, at: attempt.started, "passed over: \(error.message)", error: error)
            return
        }
        path.append(
            AttemptInfo(
                model: target.model, deployment: target.settings.name, provider: target.settings.provider,
                reason: error?.reason, httpStatus: error?.upstreamStatus, wait: attempt.wait, duration: took,
                firstToken: firstContent, isHedge: attempt.isHedge))
        trace.note(
            attempt.decision, target, at: attempt.started, wait: attempt.wait, error: error, duration: took)
    }
}
