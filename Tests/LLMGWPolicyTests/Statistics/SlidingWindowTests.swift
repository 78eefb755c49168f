import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Sliding window")
struct SlidingWindowTests {
    private let one = CallCounts(calls: 1)

    @Test func forgetsSlotBySlot() {
        var window = SlidingWindow<CallCounts>(length: .seconds(10), slots: 10)
        for second in 0..<10 { window.add(one, now: at(Double(second))) }
        #expect(window.total(now: at(9.9)).calls == 10)
        #expect(window.total(now: at(10)).calls == 9)
        #expect(window.total(now: at(14.5)).calls == 5)
        #expect(window.total(now: at(14.5), last: 7).calls == 2)
        #expect(window.total(now: at(1000)).calls == 0)
    }

    @Test func anInstantBeforeTheLatestCountsAsTheLatest() {
        var window = SlidingWindow<CallCounts>(length: .seconds(10), slots: 10)
        window.add(one, now: at(50))
        window.add(one, now: at(5))
        #expect(window.total(now: at(5)).calls == 2)
        #expect(window.total(now: at(59.9)).calls == 2)
    }

    @Test func worksFromTheClocksZero() {
        var window = SlidingWindow<CallCounts>(length: .seconds(10), slots: 10)
        let zero = MonotonicInstant(nanoseconds: 0)
        window.add(one, now: zero)
        #expect(window.total(now: zero).calls == 1)
        #expect(window.total(now: zero, last: 3).calls == 1)
    }

    @Test("Counts what a list of all events counts", arguments: 1...50 as ClosedRange<UInt64>)
    func matchesAList(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let slots = Int.random(in: 1...12, using: &random)
        var window = SlidingWindow<CallCounts>(length: .seconds(slots), slots: slots)
        var events: [(second: Int, counts: CallCounts)] = []
        var now = 0.0
        for _ in 0..<400 {
            now += Double.random(in: 0...1.5, using: &random)
            if Int.random(in: 0..<40, using: &random) == 0 { now += 30 }
            let counts = CallCounts(
                calls: 1, failures: Int.random(in: 0...1, using: &random), slow: Int.random(in: 0...1, using: &random))
            window.add(counts, now: at(now))
            events.append((Int(1000 + now), counts))
            var expected = CallCounts()
            for event in events where event.second > Int(1000 + now) - slots { expected += event.counts }
            #expect(window.total(now: at(now)) == expected)
        }
    }

    @Test func sharesOfNothingAreUnknown() {
        #expect(CallCounts().failureRate == nil)
        #expect(CallCounts(calls: 4, failures: 1, slow: 2).failureRate == 0.25)
        #expect(CallCounts(calls: 4, failures: 1, slow: 2).slowRate == 0.5)
        #expect(CallCounts(calls: 4, failures: 1, slow: 2).successRate == 0.75)
    }
}
