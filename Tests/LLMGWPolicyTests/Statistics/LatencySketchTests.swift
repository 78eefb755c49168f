import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Latency sketch")
struct LatencySketchTests {
    @Test func ofNothingThereIsNoQuantile() {
        #expect(LatencySketch().quantile(0.5) == nil)
    }

    @Test func oneValueIsEveryQuantile() throws {
        for microseconds in [0, 1, 15, 16, 17, 31, 32, 33, 999_999, 4_294_967_295] as [Int64] {
            var sketch = LatencySketch()
            sketch.add(.microseconds(microseconds))
            for q in [0, 0.5, 1] { #expect(sketch.quantile(q) == .microseconds(microseconds), "the maximum is exact") }
        }
    }

    @Test func wrongAndHugeValuesAreBounded() {
        var sketch = LatencySketch()
        sketch.add(.seconds(-1))
        #expect(sketch.quantile(1) == .zero)
        sketch.add(.seconds(1_000_000))
        #expect(sketch.quantile(0.5) == .zero)
        #expect(sketch.maximum == .seconds(1_000_000))
        #expect(sketch.quantile(1).map { $0 >= .seconds(4294) } == true)
    }

    @Test("Every value falls into a bucket that ends within 1/16 above it")
    func everyBucket() throws {
        var value: Int64 = 1
        while value < 1 << 32 {
            for near in [value - 1, value, value + 1] {
                var sketch = LatencySketch()
                sketch.add(.microseconds(near))
                // A large one beside it, so that the quantile is the bucket's end and not the maximum.
                sketch.add(.microseconds(1 << 32 - 1))
                let found = try #require(sketch.quantile(0.5))
                #expect(found >= .microseconds(near) && found <= .microseconds(near + near / 16), "\(near)")
            }
            value += max(1, value / 37)
        }
    }

    @Test("Quantiles are those of the sorted values, within 1/16", arguments: 1...50 as ClosedRange<UInt64>)
    func matchesTheSortedValues(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var parts = [LatencySketch(), LatencySketch(), LatencySketch()]
        var values: [Int64] = []
        for _ in 0..<Int.random(in: 1...500, using: &random) {
            let value = Int64.random(in: 0...(1 << Int64.random(in: 1...31, using: &random)), using: &random)
            values.append(value)
            parts[Int.random(in: 0..<3, using: &random)].add(.microseconds(value))
        }
        values.sort()
        var all = LatencySketch()
        for part in parts { all += part }
        #expect(all.count == UInt64(values.count))
        for q in [0, 0.1, 0.5, 0.9, 0.95, 0.99, 1] {
            let exact = values[max(1, Int((q * Double(values.count)).rounded(.up))) - 1]
            let found = try #require(all.quantile(q))
            #expect(found >= .microseconds(exact) && found <= .microseconds(exact + exact / 16), "\(q)")
        }
    }

    @Test func aWindowOfSketchesForgets() {
        var window = SlidingWindow<LatencySketch>(length: .seconds(60), slots: 6)
        var slow = LatencySketch()
        slow.add(.seconds(9))
        var fast = LatencySketch()
        fast.add(.milliseconds(100))
        window.add(slow, now: at(0))
        window.add(fast, now: at(50))
        #expect(window.total(now: at(50)).quantile(1) == .seconds(9))
        #expect(window.total(now: at(100)).quantile(1) == .milliseconds(100))
        #expect(window.total(now: at(200)) == LatencySketch())
    }
}
