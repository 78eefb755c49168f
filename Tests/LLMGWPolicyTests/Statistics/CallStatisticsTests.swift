import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Call statistics")
struct CallStatisticsTests {
    @Test func countsRecentCallsAndTheLatencyOfThoseThatSucceeded() {
        var statistics = CallStatistics()
        #expect(statistics.sample(now: at(0)) == CallSample(counts: CallCounts()))
        for second in 0..<10 { statistics.recordSuccess(firstContent: .seconds(second), now: at(Double(second))) }
        statistics.recordFailure(now: at(10))
        let sample = statistics.sample(now: at(10))
        #expect(sample.counts == CallCounts(calls: 11, failures: 1))
        #expect(sample.latency.count == 10, "a failure has no latency")
        #expect(sample.latency.quantile(1) == .seconds(9))
        #expect(statistics.sample(now: at(65)).counts == CallCounts(calls: 3, failures: 1), "slots of six seconds")
        #expect(statistics.sample(now: at(200)) == CallSample(counts: CallCounts()))
    }
}
