import LLMGWPolicy
import TestSupport
import Testing

@Suite("The index of questions")
struct SemanticIndexTests {
    private func key(_ number: Int) -> CacheKey { CacheKey(words: (UInt64(number), 0, 0, 0)) }

    private func index(entries: Int = 10, group: Int = 10, bytes: Int = 1 << 20) -> SemanticIndex {
        SemanticIndex(SemanticIndex.Limits(maxEntries: entries, maxGroupEntries: group, maxBytes: bytes))
    }

    private func vector(_ components: Float...) throws -> UnitVector { try #require(UnitVector(components)) }

    private let prompt = PromptGuard("怎么重置密码")

    @Test func aVectorIsADirection() throws {
        #expect(try vector(3, 4).components == [0.6, 0.8])
        #expect(UnitVector([]) == nil)
        #expect(UnitVector([0, 0]) == nil)
        #expect(UnitVector([.nan]) == nil)
        #expect(UnitVector([.infinity, 1]) == nil)
        #expect(try vector(1, 0).cosine(with: vector(1, 0, 0)) == nil, "another model's")
        let long = (0..<19).map { Float($0) - 9 }
        let (a, b) = (try #require(UnitVector(long)), try #require(UnitVector(long.reversed())))
        #expect(try abs(#require(a.cosine(with: a)) - 1) < 1e-6)
        #expect(try abs(#require(a.cosine(with: b)) + 1) < 1e-6)
    }

    @Test func theNearestAnswersFromTheThresholdOn() throws {
        var index = index()
        index.insert(key(1), in: key(100), try vector(1, 0), prompt)
        index.insert(key(2), in: key(100), try vector(1, 0.1), prompt)
        let near = index.nearest(in: key(100), to: try vector(1, 0.09), prompt, threshold: 0.97)
        #expect(near?.key == key(2))
        #expect(try #require(near).similarity > 0.999)
        #expect(index.nearest(in: key(100), to: try vector(1, 1), prompt, threshold: 0.97) == nil)
        #expect(index.nearest(in: key(101), to: try vector(1, 0), prompt, threshold: 0.97) == nil, "another group")
        #expect(index.nearest(in: key(100), to: try vector(1, 0, 0), prompt, threshold: -1) == nil)
    }

    @Test func theGuardIsAskedHoweverNearTheyAre() throws {
        var index = index()
        index.insert(key(1), in: key(100), try vector(1, 0), PromptGuard("Is it safe?"))
        index.insert(key(2), in: key(100), try vector(0.99, 0.1), PromptGuard("Is it not safe?"))
        let found = index.nearest(in: key(100), to: try vector(1, 0), PromptGuard("Isn't it safe?"), threshold: 0.9)
        #expect(found?.key == key(2), "the nearer one is the opposite")
        #expect(index.nearest(in: key(100), to: try vector(1, 0), PromptGuard("Safe?"), threshold: 0.9)?.key == key(1))
    }

    @Test func theOldestMakesRoom() throws {
        var index = index(entries: 3, group: 2)
        for number in 1...2 { index.insert(key(number), in: key(100), try vector(1, 0), prompt) }
        index.insert(key(3), in: key(200), try vector(1, 0), prompt)
        #expect((index.count, index.evictions) == (3, 0))
        index.insert(key(4), in: key(200), try vector(1, 0), prompt)
        #expect((index.count, index.evictions) == (3, 1), "of all")
        #expect(index.nearest(in: key(100), to: try vector(1, 0), prompt, threshold: 0.9)?.key == key(2))
        index.insert(key(5), in: key(200), try vector(1, 0), prompt)
        #expect((index.count, index.evictions) == (3, 2), "of its group")
        #expect(index.nearest(in: key(200), to: try vector(1, 0), prompt, threshold: 0.9)?.key == key(4))
        index.insert(key(4), in: key(100), try vector(0, 1), prompt)
        #expect(index.count == 3, "in place of what was known of the answer")
        #expect(index.nearest(in: key(200), to: try vector(1, 0), prompt, threshold: 0.9)?.key == key(5))
    }

    @Test func noBytesAreForgotten() throws {
        var index = index(bytes: 1000)
        let wide = try #require(UnitVector([Float](repeating: 1, count: 300)))
        let small = try vector(1, 0)
        let inserted = index.insert(key(1), in: key(1), wide, prompt)
        #expect(!inserted, "it can never fit")
        #expect((index.count, index.usedBytes) == (0, 0))
        index.insert(key(1), in: key(1), small, prompt)
        let one = index.usedBytes
        #expect(one > SemanticIndex.overhead + 8 && one < 500)
        index.insert(key(2), in: key(1), small, prompt)
        #expect(index.usedBytes == 2 * one)
        index.remove(key(1))
        index.remove(key(1))
        index.remove(key(2))
        #expect((index.count, index.usedBytes, index.evictions) == (0, 0, 0))
    }

    @Test("It finds what a list of everything finds", arguments: 1...20)
    func property(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var index = index(entries: 1000, group: 1000)
        var list: [Int: (group: Int, vector: UnitVector)] = [:]
        func some() throws -> UnitVector {
            try #require(UnitVector((0..<11).map { _ in Float.random(in: -1...1, using: &random) }))
        }
        for _ in 0..<300 {
            let (number, group) = (Int.random(in: 1...40, using: &random), Int.random(in: 1...3, using: &random))
            if Bool.random(using: &random) {
                let vector = try some()
                index.insert(key(number), in: key(group), vector, prompt)
                list[number] = (group, vector)
            } else {
                index.remove(key(number))
                list[number] = nil
            }
            #expect(index.count == list.count)
            let question = try some()
            let found = index.nearest(in: key(group), to: question, prompt, threshold: 0.2)
            let best = list.filter { $0.value.group == group }
                .compactMap { item in item.value.vector.cosine(with: question).map { (item.key, $0) } }
                .max { $0.1 < $1.1 }
            #expect(found?.key == best.flatMap { $0.1 >= 0.2 ? key($0.0) : nil })
        }
        for number in 1...40 { index.remove(key(number)) }
        #expect((index.count, index.usedBytes) == (0, 0))
    }
}
