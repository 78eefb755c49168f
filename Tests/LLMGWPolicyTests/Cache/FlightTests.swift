import LLMGWPolicy
import TestSupport
import Testing

@Suite("Flight")
struct FlightTests {
    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func whoComesLateGetsEverything() {
        var flight = Flight<Int>(logLimit: 1000)
        let first = flight.join(1)
        flight.append(text("你"))
        #expect(first)
        #expect(flight.next(for: 1) == text("你"))
        #expect(flight.next(for: 1) == nil)
        let second = flight.join(2)
        flight.append(text("好"))
        #expect(second)
        #expect(flight.next(for: 2) == text("你"))
        #expect(flight.next(for: 2) == text("好"))
        #expect(!flight.hasAll(1))
        #expect(flight.next(for: 1) == text("好"))
        #expect(flight.hasAll(1))
        flight.end()
        let third = flight.join(3)
        #expect(!third, "it is over")
        #expect(flight.isWhole)
        #expect(flight.pieces == [text("你"), text("好")])
    }

    @Test func theLeaderMayLeaveAndTheLastOneCancels() {
        var flight = Flight<Int>(logLimit: 1000)
        _ = flight.join(1)
        _ = flight.join(2)
        #expect(flight.leave(1) == .none)
        #expect(flight.leave(1) == .none)
        #expect(flight.leave(2) == .cancel)
        let joined = flight.join(3)
        #expect(!joined, "at the instant of the cancel, a new flight is needed")
        #expect(flight.leave(3) == .none)
    }

    @Test func aDetachedFlightGoesOnAlone() {
        var flight = Flight<Int>(logLimit: 1000, isDetached: true)
        flight.append(text("a"))
        #expect(flight.flow() == .none)
        _ = flight.join(1)
        #expect(flight.leave(1) == .none)
        #expect(!flight.hasEnded)
    }

    @Test func aDetachedFlightThatIsTooLongIsNotHeldUp() {
        var flight = Flight<Int>(logLimit: 3, isDetached: true)
        for _ in 0..<10 {
            flight.append(text("长"))
            #expect(flight.flow() == .none, "nobody is there to resume it")
        }
        #expect(!flight.isWhole && flight.pieces.isEmpty)
    }

    @Test func whoIsSlowIsWaitedForOnlyWhenTheLogIsFull() {
        var flight = Flight<Int>(logLimit: 10)
        _ = flight.join(1)
        _ = flight.join(2)
        flight.pause(1)
        #expect(flight.flow() == .none)
        flight.pause(2)
        #expect(flight.flow() == .pause)
        #expect(flight.flow() == .none)
        flight.resume(2)
        #expect(flight.flow() == .resume)
        flight.append(text("123456"))
        flight.append(text("789012"))
        #expect(!flight.isOpen)
        #expect(!flight.isWhole, "there is no room for those who come later")
        #expect(flight.next(for: 2) == text("123456"))
        #expect(flight.next(for: 2) == text("789012"))
        #expect(flight.flow() == .pause)
        #expect(flight.delay(now: at(1)) == .tolerated(until: at(3)))
        flight.pause(2)
        #expect(flight.delay(now: at(2)) == .none, "nobody is held up")
        flight.resume(1)
        #expect(flight.next(for: 1) == text("123456"))
        #expect(flight.flow() == .resume)
        #expect(flight.pieces == [text("789012")])
        #expect(flight.next(for: 1) == text("789012"))
        #expect(flight.hasAll(1))
    }

    @Test func whoHoldsUpOthersLeaves() {
        var flight = Flight<Int>(logLimit: 10)
        for subscriber in 1...4 { _ = flight.join(subscriber) }
        flight.append(text("ab"))
        for subscriber in 2...4 { _ = flight.next(for: subscriber) }
        for slow in [1, 3] { flight.pause(slow) }
        for _ in 0..<5 {
            flight.append(text("abcd"))
            for fast in [2, 4] { _ = flight.next(for: fast) }
        }
        #expect(flight.flow() == .pause)
        #expect(flight.delay(now: at(10)) == .tolerated(until: at(12)))
        flight.pause(2)
        flight.pause(4)
        #expect(flight.delay(now: at(11)) == .none, "all have something to do")
        #expect(flight.delay(now: at(50)) == .none)
        flight.resume(4)
        #expect(flight.delay(now: at(51)) == .tolerated(until: at(52)), "what was waited before counts")
        #expect(flight.delay(now: at(51.9)) == .tolerated(until: at(52)))
        #expect(flight.delay(now: at(52)) == .over([1, 3]), "however far behind")
        for slow in [1, 3] { #expect(flight.leave(slow) == .none) }
        #expect(flight.delay(now: at(52)) == .none)
        #expect(flight.flow() == .resume)
        #expect(flight.pieces.isEmpty, "the others have it")
        flight.resume(2)
        flight.pause(4)
        for _ in 0..<3 {
            flight.append(text("abcd"))
            _ = flight.next(for: 2)
        }
        #expect(flight.delay(now: at(60)) == .tolerated(until: at(62)), "another one has its own time")
        #expect(flight.leave(2) == .none)
        #expect(flight.pieces.count == 3)
        for _ in 0..<3 { flight.append(text("abcd")) }
        #expect(flight.delay(now: at(61)) == .none, "alone, it holds up nobody")
        #expect(flight.flow() == .pause)
        flight.end()
        #expect(flight.delay(now: at(90)) == .none, "nothing more comes")
    }

    @Test func theLeadersOwnFailureIsNotShared() {
        var flight = Flight<Int>(logLimit: 10)
        for subscriber in 1...3 { _ = flight.join(subscriber) }
        #expect(flight.fail { _ in true } == .promote(2, insteadOf: 1))
        #expect(flight.leave(2) == .none)
        #expect(flight.fail { _ in true } == .promote(3, insteadOf: nil), "who led has left; nobody else pays for it")
        #expect(flight.fail { _ in true } == .shared)
        #expect(flight.hasEnded, "there is nobody to promote")
    }

    @Test func onlyWhoMayLeadIsPromoted() {
        var flight = Flight<Int>(logLimit: 10)
        for subscriber in 1...3 { _ = flight.join(subscriber) }
        #expect(flight.fail { $0 != 2 } == .promote(3, insteadOf: 1), "never the one that led")
        #expect(flight.subscribers == [2, 3])
        #expect(flight.fail { $0 != 2 } == .shared)
    }

    @Test func nobodyLeadsADetachedFlight() {
        var flight = Flight<Int>(logLimit: 10, isDetached: true)
        for subscriber in 1...2 { _ = flight.join(subscriber) }
        #expect(flight.fail { _ in true } == .promote(1, insteadOf: nil), "the failure is none of those who joined")
        #expect(flight.subscribers == [1, 2])
        #expect(flight.leave(2) == .none)
        #expect(flight.leave(1) == .cancel, "a call that was begun for somebody is like any other")
        var alone = Flight<Int>(logLimit: 10, isDetached: true)
        #expect(alone.fail { _ in true } == .shared)
    }

    @Test func aFailureAfterTheFirstPieceIsShared() {
        var flight = Flight<Int>(logLimit: 10)
        for subscriber in 1...2 { _ = flight.join(subscriber) }
        flight.append(text("a"))
        #expect(flight.fail { _ in true } == .shared)
        #expect(flight.hasEnded)
        #expect(flight.next(for: 2) == text("a"), "what was said before the failure was said")
        var other = Flight<Int>(logLimit: 10)
        for subscriber in 1...2 { _ = other.join(subscriber) }
        #expect(other.fail { _ in false } == .shared)
    }

    @Test(
        "Everybody gets every piece, once and in order; the call is cancelled when, and only when, nobody is left",
        arguments: 1...30)
    func property(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let limit = Int.random(in: 5...400, using: &random)
        var flight = Flight<Int>(logLimit: limit)
        var sent: [[UInt8]] = []
        var got: [Int: [[UInt8]]] = [:]
        var paused: Set<Int> = []
        var isProducerPaused = false
        var hasEnded = false
        var newcomer = 0
        for _ in 0..<800 {
            let someone = got.keys.sorted().randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<3:
                newcomer += 1
                let total = sent.reduce(0) { $0 + $1.count }
                let joined = flight.join(newcomer)
                #expect(joined == (!hasEnded && total <= limit))
                if joined { got[newcomer] = [] }
            case 3..<8 where !hasEnded && !isProducerPaused && !got.isEmpty:
                let piece = Array("\(sent.count)字".utf8)
                sent.append(piece)
                flight.append(piece)
            case 8..<16:
                if let piece = flight.next(for: someone) {
                    #expect(!paused.contains(someone))
                    got[someone]?.append(piece)
                }
            case 16:
                if got[someone] != nil, paused.insert(someone).inserted { flight.pause(someone) }
            case 17:
                paused.remove(someone)
                flight.resume(someone)
            case 18 where Int.random(in: 0..<3, using: &random) == 0:
                let isLast = got.removeValue(forKey: someone) != nil && got.isEmpty
                paused.remove(someone)
                let departure = flight.leave(someone)
                #expect(departure == (isLast && !hasEnded ? .cancel : Flight<Int>.Departure.none))
                if isLast { hasEnded = true }
            default:
                if !hasEnded, Int.random(in: 0..<300, using: &random) == 0 {
                    flight.end()
                    hasEnded = true
                }
            }
            switch flight.flow() {
            case .pause: isProducerPaused = true
            case .resume: isProducerPaused = false
            case .none: break
            }
            let unsent = sent.dropFirst(got.values.map(\.count).min() ?? sent.count).reduce(0) { $0 + $1.count }
            if !got.isEmpty, !hasEnded {
                let isTooFar = sent.reduce(0) { $0 + $1.count } > limit && unsent > limit
                #expect(isProducerPaused == (got.keys.allSatisfy(paused.contains) || isTooFar))
            }
            for pieces in got.values { #expect(pieces == Array(sent.prefix(pieces.count))) }
        }
        for subscriber in got.keys {
            flight.resume(subscriber)
            while let piece = flight.next(for: subscriber) { got[subscriber]?.append(piece) }
            #expect(got[subscriber] == sent)
            #expect(flight.hasAll(subscriber))
        }
    }
}
