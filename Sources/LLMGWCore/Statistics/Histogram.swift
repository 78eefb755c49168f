/// Counts values in fixed buckets, for those who add them up elsewhere. No terminal state; a value that is not a number counts nowhere.
public struct Histogram: Sendable, Equatable {
    /// The upper ends, each included, rising; behind the last there is one more bucket without an end.
    public let bounds: [Double]
    /// How many fell into each bucket, the last without an end.
    public private(set) var counts: [UInt64]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "the ends of buckets rise")
        self.bounds = bounds
        self.counts = Array(repeating: 0, count: bounds.count + 1)
    }

    public var count: UInt64 { counts.reduce(0, +) }

    /// For each bucket, how many fell into it or one before; the last is `count`.
    public var cumulative: [UInt64] {
        var sum: UInt64 = 0
        return counts.map { count in
            sum += count
            return sum
        }
    }

    public mutating func add(_ value: Double) {
        guard !value.isNaN else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }
}
