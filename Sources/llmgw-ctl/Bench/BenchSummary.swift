import LLMGWCore

/// The results of a run, in figures. Latencies are those of the requests that succeeded: a refusal is quick, and would flatter them.
struct BenchSummary: Sendable {
    let wall: Duration
    let requests: Int
    let succeeded: Int
    let total: Quantiles?
    let firstToken: Quantiles?
    let overhead: Quantiles?
    /// The most frequent first.
    let errors: [(reason: ErrorReason, count: Int)]
    let cacheStates: [(state: String, count: Int)]
    let providers: [String]
    let usage: Usage
    let costs: [Cost]

    init(_ results: [BenchResult], wall: Duration) {
        let good = results.filter { $0.reason == nil }
        self.wall = wall
        requests = results.count
        succeeded = good.count
        total = Quantiles(good.map(\.duration))
        firstToken = Quantiles(good.compactMap(\.firstToken))
        overhead = Quantiles(good.compactMap(\.overhead))
        errors = Self.counted(results.compactMap(\.reason)) { $0.name }.map { (reason: $0.0, count: $0.1) }
        cacheStates = Self.counted(good.compactMap { $0.cache.map { "\($0)" } }) { $0 }.map {
            (state: $0.0, count: $0.1)
        }
        providers = Set(good.compactMap(\.provider)).sorted()
        usage = good.compactMap(\.usage).reduce(Usage(), +)
        let sums = Dictionary(good.compactMap(\.cost).map { ($0.currency, $0.micros) }, uniquingKeysWith: &+)
        costs = sums.sorted { $0.key < $1.key }.map { Cost(micros: $0.value, currency: $0.key) }
    }

    /// Of those that succeeded.
    var perSecond: Double? {
        let nanoseconds = wall.wholeNanoseconds
        return nanoseconds > 0 ? Double(succeeded) * 1e9 / Double(nanoseconds) : nil
    }

    private static func counted<T: Hashable>(_ values: [T], _ name: (T) -> String) -> [(T, Int)] {
        Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +).map { ($0.key, $0.value) }
            .sorted { ($1.1, name($0.0)) < ($0.1, name($1.0)) }
    }
}

/// Half, 95 and 99 of a hundred took no longer than this: the smallest measured value of which that is true.
struct Quantiles: Sendable, Hashable {
    let min: Duration
    let p50: Duration
    let p95: Duration
    let p99: Duration
    let max: Duration

    /// Nil where nothing was measured.
    init?(_ values: [Duration]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        func nearest(_ percent: Int) -> Duration { sorted[(sorted.count * percent + 99) / 100 - 1] }
        (min, p50, p95, p99, max) = (first, nearest(50), nearest(95), nearest(99), last)
    }
}
