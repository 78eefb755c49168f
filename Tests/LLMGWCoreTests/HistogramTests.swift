import LLMGWCore
import Testing

@Suite("Histogram")
struct HistogramTests {
    @Test func aValueFallsIntoTheFirstBucketThatReachesIt() {
        var histogram = Histogram(bounds: [1, 2, 5])
        for value in [-1, 0, 1, 1.5, 2, 5, 5.1, .infinity] { histogram.add(value) }
        #expect(histogram.counts == [3, 2, 1, 2])
        #expect(histogram.cumulative == [3, 5, 6, 8])
        #expect(histogram.count == 8)
    }

    @Test func theSumIsOfAllValues() {
        var histogram = Histogram(bounds: [1])
        histogram.add(0.25)
        histogram.add(8)
        histogram.add(.nan)
        #expect(histogram.sum == 8.25)
        #expect(histogram.count == 2)
    }

    @Test func anEmptyOneHasItsBuckets() {
        #expect(Histogram(bounds: [1, 2]).cumulative == [0, 0, 0])
    }
}
