/// How many calls ended, how many of them failed, and how many were slow.
public struct CallCounts: Tally, Hashable {
    public var calls: Int
    public var failures: Int
    public var slow: Int

    public init() {
        self.init(calls: 0)
    }

    public init(calls: Int, failures: Int = 0, slow: Int = 0) {
        self.calls = calls
        self.failures = failures
        self.slow = slow
    }

    /// Shares of the calls, from 0 to 1; nil where there was none.
    public var failureRate: Double? { share(failures) }
    public var slowRate: Double? { share(slow) }
    public var successRate: Double? { share(calls - failures) }

    private func share(_ part: Int) -> Double? { calls == 0 ? nil : Double(part) / Double(calls) }

    public static func += (sum: inout CallCounts, part: CallCounts) {
        sum.calls += part.calls
        sum.failures += part.failures
        sum.slow += part.slow
    }
}
