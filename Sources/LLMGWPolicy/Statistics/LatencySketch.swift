/// Counts durations in buckets whose width grows with them, to tell quantiles within 1/16 of their value in fixed memory.
///
/// Microseconds: exact below 16, then 16 buckets for each doubling, up to 71 minutes; longer ones count as that long. No terminal
/// state. Wrong input: a negative duration counts as zero; a quantile outside 0 to 1 is our bug (precondition).
public struct LatencySketch: Tally, Equatable {
    private static let subBucketBits = 4
    private static let exponents = 32
    private static let bucketCount = (exponents - subBucketBits + 1) << subBucketBits

    private var buckets: [UInt32]
    public private(set) var count: UInt64 = 0
    /// Exact.
    public private(set) var maximum: Duration = .zero

    public init() {
        // Allocated with the first value: many sketches stay empty.
        buckets = []
    }

    public mutating func add(_ duration: Duration) {
        if buckets.isEmpty { buckets = Array(repeating: 0, count: Self.bucketCount) }
        let duration = max(duration, .zero)
        let index = Self.index(of: UInt64(duration / .microseconds(1)))
        buckets[index] &+= buckets[index] == .max ? 0 : 1
        count += 1
        maximum = max(maximum, duration)
    }

    /// The duration that the share `q` of all does not exceed (by nearest rank); nil if there is none.
    public func quantile(_ q: Double) -> Duration? {
        precondition(q >= 0 && q <= 1, "a quantile is from 0 to 1")
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((q * Double(count)).rounded(.up)))
        var passed: UInt64 = 0
        for (index, bucket) in buckets.enumerated() {
            passed += UInt64(bucket)
            if passed >= rank { return min(.microseconds(Self.upperBound(of: index)), maximum) }
        }
        return maximum
    }

    public static func += (sum: inout LatencySketch, part: LatencySketch) {
        guard part.count > 0 else { return }
        if sum.buckets.isEmpty {
            sum = part
            return
        }
        for index in sum.buckets.indices {
            let (added, overflow) = sum.buckets[index].addingReportingOverflow(part.buckets[index])
            sum.buckets[index] = overflow ? .max : added
        }
        sum.count += part.count
        sum.maximum = max(sum.maximum, part.maximum)
    }

    private static func index(of microseconds: UInt64) -> Int {
        let value = min(microseconds, 1 << UInt64(exponents) - 1)
        guard value >= 1 << UInt64(subBucketBits) else { return Int(value) }
        let exponent = value.bitWidth - 1 - value.leadingZeroBitCount
        let leading = Int(value >> UInt64(exponent - subBucketBits))
        return (exponent - subBucketBits) << subBucketBits + leading
    }

    /// The largest value of a bucket.
    private static func upperBound(of index: Int) -> UInt64 {
        guard index >= 2 << subBucketBits else { return UInt64(index) }
        let shift = index >> subBucketBits - 1
        let leading = index - shift << subBucketBits
        return UInt64(leading + 1) << UInt64(shift) - 1
    }
}
