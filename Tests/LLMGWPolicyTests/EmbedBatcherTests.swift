import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Embed batcher")
struct EmbedBatcherTests {
    private typealias Batcher = EmbedBatcher<String>

    private func batcher(maxBatch: Int = 4, maxWait: Duration = .milliseconds(2), maxQueue: Int = 100) -> EmbedBatcher<
        String
    > {
        EmbedBatcher(settings: EmbedBatching(maxBatch: maxBatch, maxWait: maxWait, maxQueue: maxQueue))
    }

    /// Microseconds of the test's clock.
    private func at(_ microseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: microseconds * 1000)
    }

    @Test func theFirstCallStartsTheClockAndItsEndSendsAll() throws {
        var batcher = batcher()
        #expect(try batcher.add("a", inputs: 1, now: at(100)) == [.startTimer(at(2100))])
        #expect(try batcher.add("b", inputs: 2, now: at(900)) == [])
        #expect(batcher.timerFired(now: at(2100)) == [.flush(["a", "b"])])
        #expect(!batcher.isEmpty, "their answers are still to come")
        batcher.remove("a")
        batcher.remove("b")
        #expect(batcher.isEmpty)
        #expect(batcher.timerFired(now: at(9999)) == [])
    }

    @Test func aFullBatchGoesAtOnce() throws {
        var batcher = batcher()
        _ = try batcher.add("a", inputs: 3, now: at(0))
        #expect(try batcher.add("b", inputs: 1, now: at(1)) == [.flush(["a", "b"])])
        #expect(batcher.timerFired(now: at(2000)) == [])
    }

    @Test func aCallThatDoesNotFitOpensTheNextBatch() throws {
        var batcher = batcher()
        _ = try batcher.add("a", inputs: 3, now: at(0))
        #expect(try batcher.add("b", inputs: 2, now: at(500)) == [.flush(["a"])])
        #expect(
            batcher.timerFired(now: at(2000)) == [.startTimer(at(2500))],
            "the clock of the first batch serves the second")
        #expect(batcher.timerFired(now: at(2500)) == [.flush(["b"])])
    }

    @Test func largeCallsGoAlone() {
        let batcher = batcher(maxBatch: 4)
        #expect(batcher.merges(inputs: 3))
        #expect(!batcher.merges(inputs: 4))
        #expect(!self.batcher(maxBatch: 1).merges(inputs: 1), "1 turns merging off")
    }

    @Test func whatWaitsAndWhatIsOnItsWayIsBounded() throws {
        var batcher = batcher(maxBatch: 10, maxQueue: 5)
        _ = try batcher.add("a", inputs: 3, now: at(0))
        #expect(throws: Batcher.QueueFull.self) { try batcher.add("b", inputs: 3, now: at(0)) }
        #expect(try batcher.add("c", inputs: 2, now: at(0)) == [])
        #expect(batcher.timerFired(now: at(2000)) == [.flush(["a", "c"])])
        #expect(throws: Batcher.QueueFull.self) { try batcher.add("d", inputs: 4, now: at(2000)) }
        batcher.remove("a")
        batcher.remove("a")
        #expect(throws: Batcher.QueueFull.self) { try batcher.add("d", inputs: 4, now: at(2000)) }
        #expect(try batcher.add("d", inputs: 3, now: at(2000)) == [.startTimer(at(4000))])
    }

    @Test func whoGivesUpIsNotSent() throws {
        var batcher = batcher()
        _ = try batcher.add("a", inputs: 1, now: at(0))
        _ = try batcher.add("b", inputs: 1, now: at(0))
        batcher.remove("a")
        batcher.remove("nobody")
        _ = try batcher.add("c", inputs: 2, now: at(0))
        #expect(batcher.timerFired(now: at(2000)) == [.flush(["b", "c"])])
    }

    @Test func whenAllGiveUpNothingIsSent() throws {
        var batcher = batcher()
        _ = try batcher.add("a", inputs: 1, now: at(0))
        batcher.remove("a")
        #expect(batcher.isEmpty)
        #expect(batcher.timerFired(now: at(2000)) == [])
        #expect(try batcher.add("b", inputs: 1, now: at(3000)) == [.startTimer(at(5000))])
    }

    @Test("Full batches one after the other need no more than one timer")
    func oneTimer() throws {
        var batcher = batcher(maxBatch: 2)
        var timers: [MonotonicInstant] = []
        func note(_ actions: [Batcher.Action]) {
            for case .startTimer(let deadline) in actions { timers.append(deadline) }
            for case .flush(let members) in actions { members.forEach { batcher.remove($0) } }
            #expect(timers.count <= 1)
        }
        for step in 0..<1000 as Range<UInt64> {
            let now = at(step * 100)
            if let deadline = timers.first, deadline <= now {
                timers.removeFirst()
                note(batcher.timerFired(now: now))
            }
            note(try batcher.add("\(step)", inputs: 1, now: now))
        }
    }

    @Test func aTimerOfAnEarlierBatcherChangesNothing() throws {
        var batcher = batcher()
        _ = try batcher.add("a", inputs: 1, now: at(1000))
        #expect(batcher.timerFired(now: at(1500)) == [])
        #expect(batcher.timerFired(now: at(3000)) == [.flush(["a"])])
    }

    @Test(
        "Random calls: each is sent once, in order, no batch too large, none too late",
        arguments: 1...30 as ClosedRange<UInt64>)
    func randomTraffic(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let maxBatch = Int.random(in: 2...8, using: &random)
        var batcher = EmbedBatcher<Int>(
            settings: EmbedBatching(maxBatch: maxBatch, maxWait: .microseconds(2000), maxQueue: 1000))
        var inputs: [Int: Int] = [:]
        var arrived: [Int: UInt64] = [:]
        var sent: [Int] = []
        var timer: MonotonicInstant?
        var time: UInt64 = 0
        func perform(_ actions: [EmbedBatcher<Int>.Action]) {
            for action in actions {
                switch action {
                case .startTimer(let deadline): timer = deadline
                case .flush(let members):
                    #expect(members.reduce(0) { $0 + (inputs[$1] ?? 0) } <= maxBatch)
                    #expect(members.allSatisfy { time - (arrived[$0] ?? 0) <= 2000 })
                    sent += members
                    members.forEach { batcher.remove($0) }
                }
            }
        }
        func fire(upTo end: UInt64) {
            while let deadline = timer, deadline <= at(end) {
                timer = nil
                time = deadline.nanoseconds / 1000
                perform(batcher.timerFired(now: deadline))
            }
            time = end
        }
        for member in 0..<200 {
            fire(upTo: time + UInt64.random(in: 0...1500, using: &random))
            inputs[member] = Int.random(in: 1..<maxBatch, using: &random)
            arrived[member] = time
            perform(try batcher.add(member, inputs: inputs[member] ?? 1, now: at(time)))
        }
        fire(upTo: time + 5000)
        #expect(sent == Array(0..<200))
    }
}
