import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// One attempt from its permission to its settlement: who is asked to do what, with which rights, and since when.
@GatewayLoop
final class RunningAttempt {
    let target: Deployment
    let decision: TraceStep.Decision
    let operation: UpstreamOperation
    let upstream: UpstreamAttempt
    let place: QuotaPlace
    let permits: BreakerPermits
    let started: MonotonicInstant
    /// Before it; for a hedge since the other one began.
    let wait: Duration

    init(
        at target: Deployment, _ decision: TraceStep.Decision, _ operation: UpstreamOperation,
        upstream: UpstreamAttempt, place: QuotaPlace, permits: BreakerPermits, started: MonotonicInstant, wait: Duration
    ) {
        self.target = target
        self.decision = decision
        self.operation = operation
        self.upstream = upstream
        self.place = place
        self.permits = permits
        self.started = started
        self.wait = wait
    }

    var isHedge: Bool { decision == .hedge }

    /// Whether it ended because its upstream's API has no words for the request: then there was no attempt.
    func isUnsayable(_ error: GatewayError) -> Bool {
        !upstream.hasBegun && (error.reason == .invalidRequest || error.reason == .unsupported)
    }
}
