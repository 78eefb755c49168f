import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Memory cache")
struct MemoryCacheTests {
    private static func key(_ number: Int) -> CacheKey {
        var random = SeededRandom(seed: UInt64(number))
        return CacheKey(words: (random.next(), random.next(), random.next(), random.next()))
    }

    private let overhead = MemoryCache<Int>.overhead

    @Test(arguments: CacheSettings.Eviction.allCases)
    func givesBackWhatWasStored(policy: CacheSettings.Eviction) {
        var cache = MemoryCache<String>(maxBytes: 1 << 20, maxEntries: 100, policy: policy)
        let key = Self.key(1)
        #expect(cache.use(key) == nil)
        let stored = cache.insert(key, "你好", size: 6)
        #expect(stored)
        #expect(cache.use(key) == "你好")
        #expect(cache.usedBytes == 6 + overhead && cache.count == 1)
        cache.insert(key, "再见", size: 60)
        #expect(cache.use(key) == "再见")
        #expect(cache.usedBytes == 60 + overhead && cache.count == 1)
        #expect(cache.remove(key) == "再见")
        #expect(cache.remove(key) == nil)
        #expect(cache.usedBytes == 0 && cache.count == 0)
    }

    @Test(arguments: CacheSettings.Eviction.allCases)
    func refusesWhatCanNeverFit(policy: CacheSettings.Eviction) {
        var cache = MemoryCache<Int>(maxBytes: 1000, maxEntries: 10, policy: policy)
        cache.insert(Self.key(1), 1, size: 100)
        let stored = cache.insert(Self.key(2), 2, size: 1001 - overhead)
        #expect(!stored && cache.value(Self.key(1)) == 1, "nothing was thrown out for it")
        let replaced = cache.insert(Self.key(1), 3, size: 1001 - overhead)
        #expect(!replaced && cache.value(Self.key(1)) == nil, "an older value is not the answer any more")
        var none = MemoryCache<Int>(maxBytes: 1000, maxEntries: 0, policy: policy)
        let kept = none.insert(Self.key(1), 1, size: 1)
        #expect(!kept && none.count == 0)
    }

    @Test func leastRecentlyUsedGoesFirst() {
        var cache = MemoryCache<Int>(maxBytes: 1 << 20, maxEntries: 3, policy: .lru)
        for number in 1...3 { cache.insert(Self.key(number), number, size: 10) }
        _ = cache.use(Self.key(1))
        cache.insert(Self.key(4), 4, size: 10)
        #expect((1...4).filter { cache.value(Self.key($0)) != nil } == [1, 3, 4])
        #expect(cache.evictions == 1)
    }

    @Test func aScanDoesNotPushOutWhatIsInUse() {
        func survivors(_ policy: CacheSettings.Eviction) -> Int {
            var cache = MemoryCache<Int>(maxBytes: 1 << 20, maxEntries: 100, policy: policy)
            for number in 0..<50 { cache.insert(Self.key(number), number, size: 10) }
            for number in 0..<50 { _ = cache.use(Self.key(number)) }
            for number in 1000..<2000 { cache.insert(Self.key(number), number, size: 10) }
            return (0..<50).count { cache.value(Self.key($0)) != nil }
        }
        #expect(survivors(.s3FIFO) == 50)
        #expect(survivors(.lru) == 0)
    }

    @Test func whatWasThrownOutTooEarlyStaysTheSecondTime() {
        var cache = MemoryCache<Int>(maxBytes: 1 << 20, maxEntries: 10, policy: .s3FIFO)
        for number in 0..<10 { cache.insert(Self.key(number), number, size: 10) }
        for number in 0..<9 { _ = cache.use(Self.key(number)) }
        cache.insert(Self.key(10), 10, size: 10)
        #expect(cache.value(Self.key(9)) == nil, "it was never used")
        cache.insert(Self.key(9), 9, size: 10)
        for number in 100..<200 { cache.insert(Self.key(number), number, size: 10) }
        #expect(cache.value(Self.key(9)) == 9)
    }

    @Test(arguments: CacheSettings.Eviction.allCases)
    func removesAllThatMatch(policy: CacheSettings.Eviction) {
        var cache = MemoryCache<Int>(maxBytes: 1 << 20, maxEntries: 5000, policy: policy)
        for number in 0..<3000 { cache.insert(Self.key(number), number, size: 10) }
        #expect(cache.removeAll { $1 % 3 == 0 } == 1000)
        var left: Set<Int> = []
        cache.forEach { left.insert($1) }
        #expect(left == Set((0..<3000).filter { $0 % 3 != 0 }) && cache.count == 2000)
        #expect(cache.usedBytes == 2000 * (10 + overhead))
    }

    @Test(
        "Never above a limit, exact to the byte, never another key's value", arguments: CacheSettings.Eviction.allCases,
        1...10)
    func property(policy: CacheSettings.Eviction, seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let maxBytes = Int.random(in: 1000...20_000, using: &random)
        let maxEntries = Int.random(in: 1...60, using: &random)
        var cache = MemoryCache<Int>(maxBytes: maxBytes, maxEntries: maxEntries, policy: policy)
        /// What was stored last under each key, and its size; whether it is still there is the cache's to say.
        var latest: [Int: (value: Int, size: Int)] = [:]
        for step in 0..<1500 {
            let number = Int.random(in: 0..<80, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let size = Int.random(in: 0...600, using: &random)
                let fits = size + overhead <= maxBytes
                let stored = cache.insert(Self.key(number), step, size: size)
                #expect(stored == fits)
                latest[number] = fits ? (step, size) : nil
                if fits { #expect(cache.value(Self.key(number)) == step, "what was just stored is there") }
            case 5..<9:
                if let value = cache.use(Self.key(number)) { #expect(value == latest[number]?.value) }
            default:
                let removed = cache.remove(Self.key(number))
                if let removed { #expect(removed == latest[number]?.value) }
                latest[number] = nil
            }
            let present = latest.filter { cache.value(Self.key($0.key)) != nil }
            #expect(cache.count == present.count && cache.count <= maxEntries)
            #expect(cache.usedBytes == present.values.reduce(0) { $0 + $1.size + overhead })
            #expect(cache.usedBytes <= maxBytes)
        }
        #expect(cache.evictions > 0)
    }

    @Test("LRU is what a list in the order of use says", arguments: 1...5)
    func lruModel(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var cache = MemoryCache<Int>(maxBytes: 1 << 20, maxEntries: 8, policy: .lru)
        var order: [Int] = []
        for _ in 0..<2000 {
            let number = Int.random(in: 0..<20, using: &random)
            if Bool.random(using: &random) {
                cache.insert(Self.key(number), number, size: 1)
                order.removeAll { $0 == number }
                order.append(number)
                if order.count > 8 { order.removeFirst() }
            } else if cache.use(Self.key(number)) != nil {
                order.removeAll { $0 == number }
                order.append(number)
            }
            #expect(Set(order) == Set((0..<20).filter { cache.value(Self.key($0)) != nil }))
        }
    }
}

@Suite("Cache key")
struct CacheKeyTests {
    @Test func textAndBytes() throws {
        let bytes = (0..<32).map { UInt8($0 * 8) }
        let key = try #require(CacheKey(bytes: bytes))
        #expect(key.bytes == bytes)
        #expect(key.description == "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8")
        #expect(CacheKey(key.description) == key)
        #expect(CacheKey(bytes: bytes.dropLast()) == nil && CacheKey(bytes: bytes + [0]) == nil)
        for text in ["", "zz", String(repeating: "g", count: 64), "+f" + String(repeating: "0", count: 62)] {
            #expect(CacheKey(text) == nil)
        }
    }
}
