import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Sliding log")
struct SlidingLogTests {
    /// The same in the plainest words; times are in milliseconds.
    private struct Model {
        var entries: [(time: Int, amount: Int, name: SlidingLog.Entry)] = []
        let span: Int

        func live(at time: Int) -> [(time: Int, amount: Int, name: SlidingLog.Entry)] {
            entries.filter { $0.time + span > time }
        }
        func sum(at time: Int) -> Int { live(at: time).reduce(0) { $0 + $1.amount } }
    }

    private func instant(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: UInt64(1_000_000 + milliseconds) * 1_000_000)
    }

    @Test("An entry counts until its span has passed, and not longer")
    func span() {
        var log = SlidingLog(span: .seconds(61))
        _ = log.append(60, now: at(0))
        log.expire(now: at(60.999))
        #expect(log.sum == 60)
        log.expire(now: at(61))
        #expect(log.sum == 0)
        #expect(log.isEmpty)
    }

    @Test("It tells exactly when enough has run out")
    func earliest() {
        var log = SlidingLog(span: .seconds(10))
        _ = log.append(5, now: at(0))
        _ = log.append(3, now: at(1))
        _ = log.append(2, now: at(2))
        #expect(log.earliest(leaving: 10, now: at(3)) == at(3))
        #expect(log.earliest(leaving: 9, now: at(3)) == at(10))
        #expect(log.earliest(leaving: 5, now: at(3)) == at(10))
        #expect(log.earliest(leaving: 4, now: at(3)) == at(11))
        #expect(log.earliest(leaving: 0, now: at(3)) == at(12))
        #expect(log.earliest(leaving: -1, now: at(3)) == .distantFuture)
    }

    @Test("An upstream that counts nonsense ends nothing")
    func absurd() {
        var log = SlidingLog(span: .seconds(10))
        let entries = (0..<3).map { _ in log.append(5, now: at(0)) }
        for entry in entries { log.settle(entry, to: .max) }
        _ = log.append(.max, now: at(1))
        #expect(log.sum > 1_000_000_000_000)
        #expect(log.earliest(leaving: 0, now: at(2)) == at(11))
        log.expire(now: at(11))
        #expect(log.sum == 0)
    }

    @Test("Settling keeps the time of the grant, also above what was reserved")
    func settle() {
        var log = SlidingLog(span: .seconds(10))
        let entry = log.append(5, now: at(0))
        _ = log.append(1, now: at(5))
        let isLive = log.settle(entry, to: 50)
        #expect(isLive)
        #expect(log.sum == 51)
        #expect(log.earliest(leaving: 1, now: at(6)) == at(10))
        log.expire(now: at(10))
        #expect(log.sum == 1)
        let wasLive = log.settle(entry, to: 7)
        #expect(!wasLive, "it has run out")
        #expect(log.sum == 1)
    }

    @Test("What leaves the host late counts from then on")
    func move() throws {
        var log = SlidingLog(span: .seconds(10))
        let entry = log.append(5, now: at(0))
        let result = log.move(entry, now: at(4))
        let moved = try #require(result)
        #expect(log.sum == 5)
        #expect(log.time(of: moved) == at(4))
        #expect(log.earliest(leaving: 0, now: at(4)) == at(14))
        let late = log.move(entry, now: at(11))
        #expect(late == nil)
    }

    @Test("It agrees with a list", arguments: 0..<10 as Range<UInt64>)
    func model(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<8 {
            var log = SlidingLog(span: .seconds(10))
            var model = Model(span: 10_000)
            var time = 0
            for _ in 0..<Int.random(in: 1...200, using: &random) {
                time += Int.random(in: 0...12, using: &random) * 100
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    let amount = Int.random(in: 0...20, using: &random)
                    let entry = log.append(amount, now: instant(time))
                    model.entries.append((time, amount, entry))
                case 2:
                    guard let index = model.entries.indices.randomElement(using: &random) else { continue }
                    log.expire(now: instant(time))
                    let amount = Int.random(in: 0...40, using: &random)
                    let isLive = model.entries[index].time + 10_000 > time
                    let settled = log.settle(model.entries[index].name, to: amount)
                    #expect(settled == isLive)
                    if isLive { model.entries[index].amount = amount }
                default:
                    guard let index = model.entries.indices.randomElement(using: &random) else { continue }
                    let entry = model.entries[index]
                    let moved = log.move(entry.name, now: instant(time))
                    #expect((moved != nil) == (entry.time + 10_000 > time))
                    guard let moved else { continue }
                    model.entries.remove(at: index)
                    model.entries.append((time, entry.amount, moved))
                }
                log.expire(now: instant(time))
                #expect(log.sum == model.sum(at: time))
                let later = time + Int.random(in: 0...110, using: &random) * 100
                #expect(log.remaining(at: instant(later)) == model.sum(at: later))
                let rest = Int.random(in: 0...60, using: &random)
                let expected = ([time] + model.live(at: time).map { $0.time + 10_000 }).filter {
                    model.sum(at: $0) <= rest
                }.min()
                let found = log.earliest(leaving: rest, now: instant(time))
                #expect(found == instant(try #require(expected)))
                if let entry = model.live(at: time).randomElement(using: &random) {
                    let after = model.entries.drop { $0.name != entry.name }.dropFirst()
                    #expect(log.sum(after: entry.name) == after.reduce(0) { $0 + $1.amount })
                }
            }
        }
    }
}
