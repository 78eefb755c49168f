import Glibc
import LLMGWPolicy

/// What requests are for, as a sequence of numbers: the more often a number comes, the more equal requests there are.
enum Trace: String, CaseIterable {
    /// A few questions are asked by all, most by one: Zipf's law with exponent 0.9 over ten times what the cache holds.
    case zipf
    /// The same, while every other request belongs to a job that reads everything once: indexing, evaluation.
    case scan
    /// The same questions over and over in the same order, a fifth more than the cache holds: test suites.
    case loop

    func requests(capacity: Int, count: Int, seed: UInt64) -> [Int] {
        var random = RandomSource(seed: seed)
        switch self {
        case .zipf: return Self.zipf(over: capacity * 10, count: count, &random)
        case .scan:
            let popular = Self.zipf(over: capacity * 10, count: count / 2, &random)
            return popular.enumerated().flatMap { [$0.element, capacity * 10 + $0.offset] }
        case .loop: return (0..<count).map { $0 % (capacity + capacity / 5) }
        }
    }

    private static func zipf(over size: Int, count: Int, _ random: inout RandomSource) -> [Int] {
        var sums: [Double] = []
        var total = 0.0
        for rank in 1...size {
            total += 1 / pow(Double(rank), 0.9)
            sums.append(total)
        }
        return (0..<count).map { _ in
            let wanted = Double.random(in: 0..<total, using: &random)
            var (low, high) = (0, size - 1)
            while low < high {
                let middle = (low + high) / 2
                if sums[middle] <= wanted { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
