public import LLMGWCore

/// The recent calls of a provider, model or class: how many, how many failed, and how fast the others were.
///
/// Memory is fixed. No terminal state. Wrong input: an instant before the latest counts as the latest.
public struct CallStatistics: Sendable {
    private var counts: SlidingWindow<CallCounts>
    private var latency: SlidingWindow<LatencySketch>

    public init(window: Duration = .seconds(60)) {
        counts = SlidingWindow(length: window)
        latency = SlidingWindow(length: window)
    }

    /// `firstContent` is the time to the first content of an answer that succeeded.
    public mutating func recordSuccess(firstContent: Duration, now: MonotonicInstant) {
        counts.add(CallCounts(calls: 1), now: now)
        latency.update(now: now) { $0.add(firstContent) }
    }

    public mutating func recordFailure(now: MonotonicInstant) {
        counts.add(CallCounts(calls: 1, failures: 1), now: now)
    }

    public mutating func sample(now: MonotonicInstant) -> CallSample {
        CallSample(counts: counts.total(now: now), latency: latency.total(now: now))
    }
}

/// A window's calls, and the latencies of those that succeeded.
public struct CallSample: Sendable, Equatable {
    public var counts: CallCounts
    public var latency: LatencySketch

    public init(counts: CallCounts, latency: LatencySketch = LatencySketch()) {
        self.counts = counts
        self.latency = latency
    }
}
