/// A point on the monotonic clock, in nanoseconds. Comparable only within one process.
///
/// State machines take it as an argument, so that tests decide what time it is.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Later than every instant that occurs.
    public static let distantFuture = MonotonicInstant(nanoseconds: .max)

    public static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Saturates at both ends of the clock.
    public static func + (a: MonotonicInstant, d: Duration) -> MonotonicInstant {
        let ns = d.wholeNanoseconds
        if ns >= 0 {
            let (sum, overflow) = a.nanoseconds.addingReportingOverflow(UInt64(ns))
            return MonotonicInstant(nanoseconds: overflow ? .max : sum)
        }
        let (difference, underflow) = a.nanoseconds.subtractingReportingOverflow(ns.magnitude)
        return MonotonicInstant(nanoseconds: underflow ? 0 : difference)
    }

    /// Positive if `a` is the later one.
    public static func - (a: MonotonicInstant, b: MonotonicInstant) -> Duration {
        a >= b
            ? .nanoseconds(Int64(clamping: a.nanoseconds - b.nanoseconds))
            : .nanoseconds(-Int64(clamping: b.nanoseconds - a.nanoseconds))
    }
}

extension Duration {
    /// Nanoseconds, saturating at 292 years.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (ns, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = ns.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }

    public var wholeMicroseconds: Int64 { wholeNanoseconds / 1_000 }
    public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
