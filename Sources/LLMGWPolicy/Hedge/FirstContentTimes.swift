public import LLMGWCore

/// How long a model takes until its answers begin, to tell when an attempt is slow. Streams begin early and whole answers only when they are
/// complete, so each kind is compared with its own.
///
/// Memory is fixed. No terminal state. Wrong input: an instant before the latest counts as the latest.
public struct FirstContentTimes: Sendable {
    private static let window = Duration.seconds(900)
    private static let slots = 3
    /// Slow is what 95 of 100 answers are not.
    private static let quantile = 0.95

    private var streams = SlidingWindow<LatencySketch>(length: window, slots: slots)
    private var wholes = SlidingWindow<LatencySketch>(length: window, slots: slots)

    public init() {}

    /// An answer began after this time; or an attempt was dropped that had not begun after it. The latter has to count, or the slow ones, which
    /// are those that are dropped, would be missing from the figure that decides what is slow.
    public mutating func note(_ time: Duration, isStream: Bool, now: MonotonicInstant) {
        if isStream {
            streams.update(now: now) { $0.add(time) }
        } else {
            wholes.update(now: now) { $0.add(time) }
        }
    }

    /// From when on an attempt is slow; no less than `minimum`.
    public mutating func slow(isStream: Bool, atLeast minimum: Duration, now: MonotonicInstant) -> Duration {
        let times = isStream ? streams.total(now: now) : wholes.total(now: now)
        return max(times.quantile(Self.quantile) ?? minimum, minimum)
    }
}
