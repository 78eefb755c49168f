import Glibc
import LLMGWCore
import LLMGWPolicy

/// Replays synthetic traces against the memory tier and prints hit rates and the cost of a lookup, as JSON.
@main
enum CacheTraces {
    private static let capacity = 10_000
    private static let requests = 1_000_000
    private static let entryBytes = 1000

    static func main() {
        var rows: [String] = []
        for trace in Trace.allCases {
            let keys = trace.requests(capacity: capacity, count: requests, seed: 7).map(key)
            for policy in CacheSettings.Eviction.allCases {
                rows.append(row(trace, policy.rawValue, hitRate(keys, policy)))
            }
            var sieve = Sieve(capacity: capacity)
            rows.append(row(trace, "sieve", hitRate(keys, use: { sieve.use($0) }, insert: { sieve.insert($0) })))
        }
        let costs = [1_000, 10_000, 100_000, 1_000_000].map { entries in
            #"{"entries":\#(entries),"hit_ns":\#(hitNanoseconds(entries))}"#
        }
        print(
            #"{"capacity":\#(capacity),"requests":\#(requests),"hit_rates":[\#(rows.joined(separator: ","))],"#
                + #""lookups":[\#(costs.joined(separator: ","))]}"#)
    }

    private static func key(_ number: Int) -> CacheKey {
        var random = RandomSource(seed: UInt64(number))
        return CacheKey(words: (random.next(), random.next(), random.next(), random.next()))
    }

    private static func hitRate(_ keys: [CacheKey], _ policy: CacheSettings.Eviction) -> Double {
        var cache = MemoryCache<Int>(maxBytes: .max, maxEntries: capacity, policy: policy)
        return hitRate(keys, use: { cache.use($0) != nil }, insert: { cache.insert($0, 0, size: entryBytes) })
    }

    private static func hitRate(_ keys: [CacheKey], use: (CacheKey) -> Bool, insert: (CacheKey) -> Void) -> Double {
        var hits = 0
        for key in keys {
            if use(key) { hits += 1 } else { insert(key) }
        }
        return Double(hits) / Double(keys.count)
    }

    /// The mean time of a hit on a random entry.
    private static func hitNanoseconds(_ entries: Int) -> Double {
        var cache = MemoryCache<Int>(maxBytes: .max, maxEntries: entries, policy: .s3FIFO)
        for number in 0..<entries { cache.insert(key(number), number, size: entryBytes) }
        var random = RandomSource(seed: 11)
        let asked = (0..<1_000_000).map { _ in key(Int.random(in: 0..<entries, using: &random)) }
        let start = now()
        var found = 0
        for key in asked where cache.use(key) != nil { found += 1 }
        let took = now() - start
        precondition(found == asked.count, "everything that was stored is there")
        return Double(took * 10 / UInt64(asked.count)) / 10
    }

    private static func row(_ trace: Trace, _ policy: String, _ rate: Double) -> String {
        #"{"trace":"\#(trace.rawValue)","policy":"\#(policy)","hit_rate":\#((rate * 10_000).rounded() / 10_000)}"#
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
