public import LLMGWCore

/// Spreads requests evenly over a window (GCRA): at most `burst` at once, then one for each interval.
///
/// A provider that grants 60 requests a minute may count them by the second. The window itself is kept by a `SlidingLog`; because of that,
/// the interval is the window divided by the whole limit, and the limit can be used up (ADR 0012). No terminal state. Wrong input: taking
/// before `earliest` is allowed and delays those who come later.
public struct RequestSmoother: Sendable {
    private let span: UInt64
    /// The theoretical arrival time of the next request.
    private var arrival: UInt64 = 0

    public init(span: Duration) {
        self.span = UInt64(span.wholeNanoseconds)
    }

    /// How many may go at once where nobody said: a tenth of the limit.
    public static func burst(for limit: Int) -> Int { max(1, (limit + 9) / 10) }

    public func earliest(limit: Int, burst: Int, now: MonotonicInstant) -> MonotonicInstant {
        guard limit > 0 else { return .distantFuture }
        let tolerance = UInt64(max(1, burst) - 1) * interval(limit)
        return max(now, MonotonicInstant(nanoseconds: arrival > tolerance ? arrival - tolerance : 0))
    }

    public mutating func take(limit: Int, now: MonotonicInstant) {
        arrival = max(arrival, now.nanoseconds) + interval(limit)
    }

    /// A request that was taken is not sent after all.
    public mutating func giveBack(limit: Int) {
        let interval = interval(limit)
        arrival = arrival > interval ? arrival - interval : 0
    }

    private func interval(_ limit: Int) -> UInt64 { span / UInt64(max(1, limit)) }
}
