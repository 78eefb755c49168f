import Glibc
import LLMGWCore

/// What is known about one target: how many requests it has, how fast it answers, how often it fails.
///
/// Peak EWMA: a latency above the average replaces it at once, one below draws it down slowly, and without news it fades, so
/// that a target that was slow is tried again. An instant before the latest counts as the latest. Wrong input: ending
/// what did not begin is our bug (precondition).
struct LoadEstimate: Sendable {
    /// A measured value, and when it was measured.
    private struct Average {
        var value: Double
        var at: MonotonicInstant

        /// The share of it that is left.
        func left(_ now: MonotonicInstant, _ decay: Duration) -> Double {
            let age: Duration = max(now, at) - at
            return exp(-(age / decay))
        }
    }

    /// What one more outcome counts in the share of failures.
    private static let outcomeWeight = 0.2

    private(set) var inFlight = 0
    /// In seconds.
    private var latency: Average?
    private var failures: Average?

    mutating func begin() {
        inFlight += 1
    }

    mutating func end(_ outcome: LoadOutcome, now: MonotonicInstant, _ settings: LoadBalancerSettings) {
        precondition(inFlight > 0, "only what began can end")
        inFlight -= 1
        switch outcome {
        case .neutral: break
        case .failed: count(failure: 1, now, settings)
        case .answered(let firstContent):
            count(failure: 0, now, settings)
            let sample = firstContent / .seconds(1)
            let before = latency ?? Average(value: sample, at: now)
            let keep = sample > before.value ? 0 : before.left(now, settings.latencyDecay)
            latency = Average(value: before.value * keep + sample * (1 - keep), at: max(now, before.at))
        }
    }

    /// The expected seconds to the first content; nil until one was measured.
    func latency(now: MonotonicInstant, _ settings: LoadBalancerSettings) -> Double? {
        latency.map { $0.value * $0.left(now, settings.latencyDecay) }
    }

    /// The share of failures, from 0 to 1.
    func failureShare(now: MonotonicInstant, _ settings: LoadBalancerSettings) -> Double {
        failures.map { $0.value * $0.left(now, settings.latencyDecay) } ?? 0
    }

    /// The cost of one more request; lower is better.
    func cost(now: MonotonicInstant, _ settings: LoadBalancerSettings) -> Double {
        let seconds = latency(now: now, settings) ?? settings.unmeasuredLatency / .seconds(1)
        return Double(inFlight + 1) * seconds * (1 + settings.failurePenalty * failureShare(now: now, settings))
    }

    private mutating func count(failure: Double, _ now: MonotonicInstant, _ settings: LoadBalancerSettings) {
        let before = failureShare(now: now, settings)
        failures = Average(value: before + (failure - before) * Self.outcomeWeight, at: max(now, failures?.at ?? now))
    }
}

/// How a request at a target ended, as far as it matters for the next one's choice.
public enum LoadOutcome: Sendable, Hashable {
    /// It succeeded; the time to its first content. Errors carry no latency: a fast one must not attract requests.
    case answered(firstContent: Duration)
    case failed
    /// Cancelled, or not the target's doing.
    case neutral
}
