import LLMGWCore
import LLMGWPolicy

/// What is counted about one deployment: since the start, and in the last five minutes.
struct DeploymentFigures: Sendable {
    private static let window = Duration.seconds(300)

    private(set) var requests: UInt64 = 0
    private(set) var successes: UInt64 = 0
    private(set) var failures: [ErrorReason: UInt64] = [:]
    private var calls = CallStatistics(window: Self.window)
    private var totals = SlidingWindow<LatencySketch>(length: Self.window)

    mutating func noteSuccess(firstToken: Duration?, total: Duration, now: MonotonicInstant) {
        requests += 1
        successes += 1
        calls.recordSuccess(firstContent: firstToken ?? total, now: now)
        totals.update(now: now) { $0.add(total) }
    }

    /// `counts`: whether it says something about the deployment; a cancelled call does not.
    mutating func noteFailure(_ reason: ErrorReason, counts: Bool, now: MonotonicInstant) {
        requests += 1
        guard counts else { return }
        failures[reason, default: 0] += 1
        calls.recordFailure(now: now)
    }

    var failureTotal: UInt64 { failures.values.reduce(0, +) }

    /// Calls, and the time to the first content of those that succeeded.
    mutating func recent(now: MonotonicInstant) -> CallSample { calls.sample(now: now) }
    mutating func recentTotals(now: MonotonicInstant) -> LatencySketch { totals.total(now: now) }
}

extension LatencySketch {
    /// Nil where there is nothing to tell.
    var quantiles: LatencyQuantiles? {
        guard let p50 = quantile(0.5), let p95 = quantile(0.95), let p99 = quantile(0.99) else { return nil }
        return LatencyQuantiles(p50: p50, p95: p95, p99: p99)
    }
}
