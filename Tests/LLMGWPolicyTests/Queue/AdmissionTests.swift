import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Admission")
struct AdmissionTests {
    @Test("Who has become more urgent goes on in the higher band, behind those of its client that were there")
    func raising() throws {
        var desk = AdmissionDesk([.concurrency: 1])
        desk.ask(1, at: 0)
        guard case .waiting(let low, _) = desk.ask(2, .batch, at: 0) else { throw Failed() }
        guard case .waiting(let other, _) = desk.ask(3, .normal, at: 0) else { throw Failed() }
        desk.ask(4, .interactive, at: 0)
        let (lower, same) = (desk.raise(other, to: .batch), desk.raise(other, to: .normal))
        #expect(lower == nil && same == nil)
        let higher = desk.raise(low, to: .interactive)
        let raised = try #require(higher)
        let again = desk.raise(low, to: .interactive)
        #expect(again == nil, "it has another place now")
        #expect(desk.controller.forecast(of: raised, now: at(0)) != nil)
        #expect(desk.controller.totalWaiting.count == 3)
        var order: [Int] = []
        for time in 1...4 {
            desk.endFirst(at: Double(time))
            order += desk.pump(at: Double(time))
        }
        #expect(order == [4, 2, 3])
        let late = desk.raise(raised, to: .interactive)
        #expect(late == nil, "it waits no more")
    }

    @Test("Who fits goes at once; the next one waits, and hears where it stands")
    func waiting() throws {
        var desk = AdmissionDesk([.concurrency: 1])
        guard case .admitted = desk.ask(1, at: 0) else { throw Failed() }
        guard case .waiting(_, let first) = desk.ask(2, at: 0) else { throw Failed() }
        guard case .waiting(_, let second) = desk.ask(2, at: 0) else { throw Failed() }
        #expect((first.ahead, second.ahead) == (0, 1))
        #expect(desk.pump(at: 0) == [])
        desk.endFirst(at: 2)
        #expect(desk.pump(at: 2) == [2])
    }

    @Test("A greedy client with a thousand waiting does not delay a polite one")
    func greedy() {
        var desk = AdmissionDesk([.concurrency: 1])
        for _ in 0..<1000 { desk.ask(1, tokens: 100, at: 0) }
        desk.ask(2, tokens: 100, at: 0)
        desk.endFirst(at: 1)
        var order: [Int] = []
        for second in 1..<4 {
            order += desk.pump(at: Double(second))
            desk.endFirst(at: Double(second))
        }
        #expect(order.prefix(2).contains(2), "\(order)")
    }

    @Test("Weights 1 to 3 hold within twice the largest request, whatever the sizes", arguments: 0..<5 as Range<UInt64>)
    func weights(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var desk = AdmissionDesk([.concurrency: 4])
        let weights = [1: 1.0, 2: 3.0, 3: 1.0]
        let largest = 500
        var served: [Int: Double] = [:]
        func size(_ client: Int, _ random: inout SeededRandom) -> Int {
            client == 3 ? Int.random(in: 300...largest, using: &random) : Int.random(in: 1...100, using: &random)
        }
        var time = 0.0
        for client in [1, 2, 3] {
            for _ in 0..<20 { desk.ask(client, tokens: size(client, &random), weight: weights[client] ?? 1, at: 0) }
        }
        for step in 0..<2000 {
            time += 0.01
            if desk.grants.isEmpty { break }
            // Estimates are wrong by up to a factor of two; the counters are put right at the end.
            let (client, _, demand) = desk.grants[0]
            let used = min(
                largest, max(1, Int(Double(demand.inputTokens) * Double.random(in: 0.5...2, using: &random))))
            desk.endFirst(using: used, at: time)
            if step > 100 { served[client, default: 0] += Double(used) }
            for next in desk.pump(at: time) {
                desk.ask(next, tokens: size(next, &random), weight: weights[next] ?? 1, at: time)
            }
        }
        let shares = [1, 2, 3].map { (served[$0] ?? 0) / (weights[$0] ?? 1) }
        // Four are on their way at a time: each may be ahead by what it is being served.
        let bound = Double(2 * largest + 4 * largest)
        for a in shares { for b in shares { #expect(abs(a - b) <= bound, "\(shares)") } }
        #expect(shares.allSatisfy { $0 > 5000 }, "\(shares)")
    }

    @Test("Who was idle does not come back with saved up service")
    func idle() {
        var desk = AdmissionDesk([.concurrency: 1])
        for _ in 0..<200 { desk.ask(1, tokens: 100, at: 0) }
        for second in 0..<100 {
            desk.endFirst(at: Double(second))
            desk.pump(at: Double(second))
        }
        for _ in 0..<50 { desk.ask(2, tokens: 100, at: 100) }
        var order: [Int] = []
        for second in 100..<120 {
            desk.endFirst(at: Double(second))
            order += desk.pump(at: Double(second))
        }
        #expect((8...12).contains(order.count { $0 == 1 }), "\(order)")
    }

    @Test("Bands are strict, and lower ones get a twentieth")
    func bands() {
        var desk = AdmissionDesk([.concurrency: 1])
        desk.ask(0, at: 0)
        for _ in 0..<400 {
            desk.ask(1, tokens: 10, .interactive, at: 0)
            desk.ask(2, tokens: 10, .normal, at: 0)
            desk.ask(3, tokens: 10, .batch, at: 0)
        }
        var order: [Int] = []
        for second in 0..<300 {
            desk.endFirst(at: Double(second))
            order += desk.pump(at: Double(second))
        }
        let (normal, batch) = (order.count { $0 == 2 }, order.count { $0 == 3 })
        #expect((10...30).contains(batch), "\(batch) of 300")
        #expect((10...30).contains(normal), "\(normal) of 300")
    }

    @Test("A large request gets its turn, and small ones that leave it intact go before")
    func backfill() throws {
        var desk = AdmissionDesk([.tokensPerMinute: 1000])
        desk.ask(1, tokens: 600, at: 0)
        guard case .waiting = desk.ask(2, tokens: 900, at: 1) else { throw Failed() }
        #expect(desk.pump(at: 1) == [])
        // 900 fits at 61, when the 600 have run out: 100 are to spare until then.
        guard case .admitted = desk.ask(3, tokens: 60, at: 2) else { throw Failed() }
        guard case .admitted = desk.ask(4, tokens: 40, at: 3) else { throw Failed() }
        guard case .waiting = desk.ask(5, tokens: 50, at: 4) else { throw Failed() }
        #expect(desk.pump(at: 4) == [])
        #expect(desk.controller.wake == at(61))
        #expect(desk.pump(at: 61) == [2])
        #expect(desk.pump(at: 62.9) == [])
        #expect(desk.pump(at: 63) == [5])
    }

    @Test("A stream of small requests does not starve a large one")
    func starvation() {
        var desk = AdmissionDesk([.tokensPerMinute: 1000])
        desk.ask(1, tokens: 1000, at: 0)
        desk.ask(2, tokens: 1000, at: 0)
        var gone: Double?
        for tick in 1..<4000 where gone == nil {
            let time = Double(tick) / 10
            desk.ask(3 + tick % 50, tokens: 10, at: time)
            if desk.pump(at: time).contains(2) { gone = time }
        }
        #expect(gone.map { $0 < 62 } == true, "\(String(describing: gone))")
    }

    @Test("Whose own limit is used up holds up nobody")
    func ownLimit() {
        var desk = AdmissionDesk([.concurrency: 2])
        desk.limit(1, [.requestsPerMinute: 1])
        desk.ask(1, at: 0)
        desk.ask(1, at: 0)
        desk.ask(1, at: 0)
        desk.ask(2, at: 0)
        desk.ask(2, at: 0)
        #expect(desk.pump(at: 0) == [2])
        desk.endFirst(at: 1)
        #expect(desk.pump(at: 1) == [2])
        desk.endFirst(at: 2)
        desk.endFirst(at: 2)
        #expect(desk.pump(at: 60) == [])
        #expect(desk.controller.wake == at(61))
        #expect(desk.pump(at: 61) == [1])
    }

    @Test("A client's places are given on when one of its own requests ends")
    func ownPlaces() {
        var desk = AdmissionDesk([:])
        desk.limit(1, [.concurrency: 1])
        desk.ask(1, at: 0)
        desk.ask(1, at: 0)
        #expect(desk.pump(at: 1) == [])
        desk.endFirst(at: 2)
        #expect(desk.pump(at: 2) == [1])
    }

    @Test("A deployment that is full does not hold up another of the same provider")
    func lanes() {
        var desk = AdmissionDesk([.concurrency: 10], lanes: [[.concurrency: 1], [:]])
        desk.ask(1, lane: 0, at: 0)
        desk.ask(1, lane: 0, at: 0)
        desk.ask(1, lane: 1, at: 0)
        #expect(desk.pump(at: 0) == [1])
        #expect(desk.grants.last?.grant.lane == desk.lanes[1])
        desk.endFirst(at: 1)
        #expect(desk.pump(at: 1) == [1])
    }

    @Test("Who cannot start in time is told so at once, and when it could")
    func deadline() throws {
        var desk = AdmissionDesk([.requestsPerMinute: 2])
        desk.ask(1, at: 0)
        desk.ask(1, at: 1)
        guard case .refused(.tooLate(let after)) = desk.ask(1, latestStart: at(30), at: 2) else { throw Failed() }
        #expect(after == .seconds(59))
        guard case .waiting = desk.ask(1, latestStart: at(61), at: 2) else { throw Failed() }
        guard case .waiting = desk.ask(1, latestStart: at(62), at: 2) else { throw Failed() }
        // Two wait before it, so that a further minute passes.
        guard case .refused(.tooLate(let later)) = desk.ask(1, latestStart: at(100), at: 2) else { throw Failed() }
        #expect(later == .seconds(120))
    }

    @Test("Queues are bounded for each client and in all; a repeated attempt keeps its place")
    func bounds() throws {
        var desk = AdmissionDesk([.concurrency: 1], maxWaiting: 3)
        desk.ask(1, at: 0)
        desk.ask(1, maxWaiting: 2, at: 0)
        desk.ask(1, maxWaiting: 2, at: 0)
        #expect(desk.ask(1, maxWaiting: 2, at: 0) == .refused(.clientQueueFull(limit: 2)))
        desk.ask(2, at: 0)
        #expect(desk.ask(3, at: 0) == .refused(.queueFull(limit: 3)))
        guard case .waiting = desk.ask(4, isRepeat: true, at: 0) else { throw Failed() }
    }

    @Test("Who can go at once needs no place in a full queue, and no time to wait")
    func passingAFullQueue() {
        var desk = AdmissionDesk([.requestsPerMinute: 100], lanes: [[.concurrency: 1], [:]], maxWaiting: 1)
        desk.ask(1, at: 0)
        guard case .waiting = desk.ask(1, maxWaiting: 1, at: 0) else {
            Issue.record("the deployment's only place is taken")
            return
        }
        #expect(desk.pump(at: 0).isEmpty)
        guard case .admitted = desk.ask(2, lane: 1, at: 0), case .admitted = desk.ask(1, lane: 1, maxWaiting: 1, at: 0),
            case .admitted = desk.ask(2, lane: 1, latestStart: at(0), at: 0)
        else {
            Issue.record("the other deployment has room")
            return
        }
        #expect(desk.ask(2, at: 0) == .refused(.queueFull(limit: 1)))
        #expect(desk.ask(1, maxWaiting: 1, at: 0) == .refused(.clientQueueFull(limit: 1)))
        #expect(desk.controller.totalWaiting.count == 1, "who is refused leaves nothing behind")
        desk.endFirst(at: 1)
        #expect(desk.pump(at: 1) == [1])
    }

    @Test("A repeated attempt goes before its client's other requests")
    func repeats() {
        var desk = AdmissionDesk([.concurrency: 1])
        desk.ask(1, tokens: 1, at: 0)
        desk.ask(1, tokens: 2, at: 0)
        desk.ask(1, tokens: 3, isRepeat: true, at: 0)
        desk.endFirst(at: 1)
        desk.pump(at: 1)
        #expect(desk.grants.map(\.demand.inputTokens) == [3])
    }

    @Test("What can never fit is refused at once, also when the limit is lowered while it waits")
    func never() throws {
        var desk = AdmissionDesk([.tokensPerMinute: 100, .concurrency: 1])
        #expect(
            desk.ask(1, tokens: 101, at: 0) == .refused(.tooLarge(.provider("p"), .tokensPerMinute, limit: 100)))
        desk.ask(1, tokens: 10, at: 0)
        guard case .waiting(let ticket, _) = desk.ask(2, tokens: 80, at: 0) else { throw Failed() }
        let provider = desk.provider
        desk.controller.change {
            $0.configure(provider, QuotaAccountSettings(limits: QuotaLimits([.tokensPerMinute: 50])))
        }
        let action = desk.controller.next(now: at(1))
        #expect(action == .refuse(ticket, .tooLarge(.provider("p"), .tokensPerMinute, limit: 50)))
    }

    @Test("Who leaves makes room for those behind")
    func leaving() throws {
        var desk = AdmissionDesk([.tokensPerMinute: 100])
        desk.ask(1, tokens: 60, at: 0)
        guard case .waiting(let large, _) = desk.ask(2, tokens: 100, at: 0) else { throw Failed() }
        #expect(desk.pump(at: 0) == [])
        guard case .waiting = desk.ask(3, tokens: 40, at: 0) else { throw Failed() }
        #expect(desk.pump(at: 0) == [], "they would break the promise")
        #expect(leave(&desk, large))
        #expect(desk.pump(at: 1) == [3])
        #expect(!leave(&desk, large))
    }

    private func leave(_ desk: inout AdmissionDesk, _ ticket: WaitingTicket) -> Bool {
        desk.controller.leave(ticket, now: at(1))
    }
}

private struct Failed: Error {}
