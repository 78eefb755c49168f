import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Usage division")
struct UsageDivisionTests {
    @Test(
        arguments: [
            (10, [1, 1], [5, 5]), (10, [1, 1, 1], [4, 3, 3]), (1, [1, 1], [1, 0]), (0, [3, 4], [0, 0]),
            (7, [0, 0], [4, 3]), (100, [1, 99], [1, 99]), (3, [5], [3]), (5, [], []), (2, [1, 2, 2], [0, 1, 1]),
        ] as [(UInt64, [Int], [UInt64])])
    func parts(tokens: UInt64, bytes: [Int], expected: [UInt64]) {
        let parts = Usage(inputTokens: tokens).divided(byBytes: bytes)
        #expect(parts.map(\.inputTokens) == expected)
    }

    @Test func whatTheUpstreamDidNotCountStaysUnknown() {
        let parts = Usage(totalTokens: 9).divided(byBytes: [1, 2])
        #expect(parts == [Usage(totalTokens: 3), Usage(totalTokens: 6)])
        #expect(Usage().divided(byBytes: [1, 2]) == [Usage(), Usage()])
    }

    @Test(
        "The parts add up to the whole, and no part is a token away from its share",
        arguments: 1...200 as ClosedRange<UInt64>)
    func sums(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let most: UInt64 = [10, 100_000, .max].randomElement(using: &random) ?? 10
        let whole = Usage(
            inputTokens: .random(in: 0...most, using: &random),
            cachedInputTokens: .random(in: 0...most, using: &random),
            totalTokens: .random(in: 0...most, using: &random))
        let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in Int.random(in: 0...100_000, using: &random)
        }
        let parts = whole.divided(byBytes: bytes)
        #expect(parts.count == bytes.count)
        #expect(parts.dropFirst().reduce(parts[0], +) == whole)
        let weights = bytes.map { Double(max(1, $0)) }
        let sum = weights.reduce(0, +)
        for (part, weight) in zip(parts, weights) where most < .max {
            let share = Double(whole.inputTokens ?? 0) * weight / sum
            #expect(abs(Double(try #require(part.inputTokens)) - share) <= 1)
        }
    }

    @Test("The parts of a cost add up to it")
    func cost() {
        let parts = Cost(micros: 10, currency: "CNY").divided(byBytes: [1, 1, 1])
        #expect(parts.map(\.micros).sorted() == [3, 3, 4] && parts.allSatisfy { $0.currency == "CNY" })
    }
}
