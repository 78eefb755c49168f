import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Cooldown gate")
struct CooldownGateTests {
    @Test func isClosedUntilItsInstant() {
        var gate = CooldownGate<String>()
        #expect(gate.close("a", until: at(10), now: at(0)) == at(10))
        #expect(!gate.isOpen(["a"], now: at(9.999)))
        #expect(gate.isOpen(["a"], now: at(10)))
        #expect(gate.opening(of: ["a"], now: at(3)) == at(10))
        #expect(gate.opening(of: ["a"], now: at(20)) == at(20))
        #expect(gate.isOpen(["never closed"], now: at(0)))
    }

    @Test func aShorterWaitDoesNotShortenALongerOne() {
        var gate = CooldownGate<String>()
        gate.close("a", until: at(60), now: at(0))
        #expect(gate.close("a", until: at(5), now: at(1)) == at(60))
        #expect(gate.close("a", until: at(61), now: at(2)) == at(61))
        #expect(gate.close("b", until: at(1), now: at(2)) == at(2), "a time that has passed")
        #expect(gate.isOpen(["b"], now: at(2)))
    }

    @Test func aRequestNeedsAllItsKeysAndTheFirstCandidateCounts() {
        var gate = CooldownGate<String>()
        gate.close("provider 甲", until: at(30), now: at(0))
        gate.close("deployment 1", until: at(10), now: at(0))
        gate.close("deployment 2", until: at(20), now: at(0))
        #expect(gate.opening(of: ["provider 甲", "deployment 1"], now: at(0)) == at(30))
        let candidates = [["provider 甲", "deployment 1"], ["provider 乙", "deployment 2"]]
        #expect(gate.earliestOpening(among: candidates, now: at(0)) == at(20))
        #expect(gate.earliestOpening(among: candidates, now: at(25)) == at(25))
        #expect(gate.earliestOpening(among: [], now: at(0)) == nil)
    }

    @Test func onlyAnOperatorOpensEarlier() {
        var gate = CooldownGate<String>()
        gate.close("a", until: at(10), now: at(0))
        #expect(gate.closed(now: at(5)) == ["a": at(10)])
        #expect(gate.reset("a", now: at(5)) == true)
        #expect(gate.isOpen(["a"], now: at(5)))
        #expect(gate.reset("a", now: at(5)) == false)
        gate.close("a", until: at(20), now: at(6))
        #expect(gate.reset("a", now: at(20)) == false, "it was open by itself")
    }

    @Test("Never moves earlier, and remembers the latest", arguments: 1...50 as ClosedRange<UInt64>)
    func monotone(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var gate = CooldownGate<Int>()
        var orders: [(key: Int, until: MonotonicInstant)] = []
        var time = 0.0
        for _ in 0..<400 {
            time += Double.random(in: 0...2, using: &random)
            let now = at(time)
            let key = Int.random(in: 0..<8, using: &random)
            let until = at(max(0, time + Double.random(in: -3...30, using: &random)))
            let before = gate.opening(of: [key], now: now)
            orders.append((key, until))
            #expect(gate.close(key, until: until, now: now) >= before)
            for key in 0..<8 {
                let expected = orders.filter { $0.key == key }.map(\.until).max() ?? now
                #expect(gate.opening(of: [key], now: now) == max(expected, now))
                #expect(gate.isOpen([key], now: now) == (expected <= now))
            }
        }
    }
}
