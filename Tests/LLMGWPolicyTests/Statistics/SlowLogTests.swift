import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Slow log")
struct SlowLogTests {
    @Test func theSlowestAreKept() {
        var log = SlowLog<String>(length: .seconds(60), capacity: 2)
        #expect(log.threshold(now: at(0)) == nil)
        log.note(.seconds(1), now: at(0)) { "一" }
        log.note(.seconds(3), now: at(0)) { "三" }
        #expect(log.threshold(now: at(0)) == .seconds(1))
        log.note(.seconds(2), now: at(0)) { "二" }
        #expect(log.slowest(now: at(0)) == ["三", "二"])
        #expect(log.threshold(now: at(0)) == .seconds(2))
    }

    @Test func whatIsNotKeptIsNotMade() {
        var log = SlowLog<Int>(length: .seconds(60), capacity: 1)
        log.note(.seconds(2), now: at(0)) { 2 }
        for duration in [Duration.zero, .seconds(2)] {
            log.note(duration, now: at(0)) {
                Issue.record("it is not slower than what there is")
                return 0
            }
        }
        #expect(log.slowest(now: at(0)) == [2])
    }

    @Test func slotsAreForgottenOneByOne() {
        var log = SlowLog<Int>(length: .seconds(60), slots: 6, capacity: 10)
        // The test's clock starts in the middle of a slot.
        for second in stride(from: 0, to: 60, by: 10) { log.note(.seconds(second), now: at(Double(second))) { second } }
        #expect(log.slowest(now: at(55)) == [50, 40, 30, 20, 10, 0])
        #expect(log.slowest(now: at(65)) == [50, 40, 30, 20, 10])
        #expect(log.slowest(now: at(50)) == [50, 40, 30, 20, 10], "time does not go back")
        #expect(log.slowest(now: at(1000)).isEmpty)
    }

    @Test("It agrees with sorting everything", arguments: 1...20 as ClosedRange<UInt64>)
    func agreesWithSorting(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var log = SlowLog<Int>(length: .seconds(600), capacity: 7)
        var all: [Int] = []
        for _ in 0..<Int.random(in: 0...200, using: &random) {
            let duration = Int.random(in: 0...50, using: &random)
            all.append(duration)
            log.note(.milliseconds(duration), now: at(0)) { duration }
        }
        #expect(log.slowest(now: at(0)) == all.sorted(by: >).prefix(7).map { $0 })
    }
}
