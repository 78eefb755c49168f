import LLMGWPolicy
import TestSupport
import Testing

@Suite("Concurrency gate")
struct ConcurrencyGateTests {
    private typealias Ticket = ConcurrencyGate.Ticket
    private struct Full: Error {}

    private func ticket(_ entry: ConcurrencyGate.Entry) throws -> ConcurrencyGate.Ticket {
        switch entry {
        case .admitted(let ticket), .waiting(let ticket, _): return ticket
        case .full: throw Full()
        }
    }

    @Test func noLimitAdmitsEverybody() {
        var gate = ConcurrencyGate(limit: 0, maxQueue: 0)
        for count in 1...100 {
            if case .admitted = gate.enter() {
                #expect(gate.insideCount == count)
            } else {
                Issue.record("not admitted")
            }
        }
    }

    @Test func waitersGoInInTheOrderOfTheirArrival() throws {
        var gate = ConcurrencyGate(limit: 2, maxQueue: 10)
        let inside = try (0..<2).map { _ in try ticket(gate.enter()) }
        var waiting: [Ticket] = []
        for ahead in 0..<4 {
            let entry = gate.enter()
            waiting.append(try ticket(entry))
            #expect(entry == .waiting(waiting[ahead], ahead: ahead))
        }
        #expect(gate.waitingCount == 4)
        #expect(gate.leave(inside[1]) == waiting[0])
        #expect(gate.leave(inside[0]) == waiting[1])
        #expect(gate.leave(waiting[0]) == waiting[2])
        #expect(gate.insideCount == 2)
        #expect(gate.waitingCount == 1)
    }

    @Test func theQueueIsBounded() throws {
        var gate = ConcurrencyGate(limit: 1, maxQueue: 2)
        let first = try ticket(gate.enter())
        _ = try ticket(gate.enter())
        _ = try ticket(gate.enter())
        #expect(gate.enter() == .full)
        #expect(gate.waitingCount == 2)
        #expect(gate.leave(first) != nil)
        _ = try ticket(gate.enter())
        #expect(gate.enter() == .full)
    }

    @Test func whoGivesUpWaitingIsSkipped() throws {
        var gate = ConcurrencyGate(limit: 1, maxQueue: 10)
        let inside = try ticket(gate.enter())
        let waiting = try (0..<3).map { _ in try ticket(gate.enter()) }
        #expect(gate.leave(waiting[1]) == nil)
        #expect(gate.leave(waiting[0]) == nil)
        #expect(gate.leave(inside) == waiting[2])
        #expect(gate.leave(waiting[2]) == nil)
        #expect(gate.insideCount == 0)
    }

    @Test(
        "Random traffic: never above the limit, first come first served, nobody forgotten",
        arguments: 1...30 as ClosedRange<UInt64>)
    func randomTraffic(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let limit = Int.random(in: 1...4, using: &random)
        let maxQueue = Int.random(in: 0...6, using: &random)
        var gate = ConcurrencyGate(limit: limit, maxQueue: maxQueue)
        var inside: [Ticket] = []
        var waiting: [Ticket] = []
        for _ in 0..<500 {
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                switch gate.enter() {
                case .admitted(let ticket):
                    #expect(inside.count < limit && waiting.isEmpty)
                    inside.append(ticket)
                case .waiting(let ticket, let ahead):
                    #expect(inside.count == limit && ahead == waiting.count)
                    waiting.append(ticket)
                case .full: #expect(waiting.count == maxQueue && inside.count == limit)
                }
            case 1:
                guard let index = inside.indices.randomElement(using: &random) else { continue }
                let next = gate.leave(inside.remove(at: index))
                #expect(next == waiting.first)
                if let next {
                    waiting.removeFirst()
                    inside.append(next)
                }
            default:
                guard let index = waiting.indices.randomElement(using: &random) else { continue }
                #expect(gate.leave(waiting.remove(at: index)) == nil)
            }
            #expect(gate.insideCount == inside.count && gate.waitingCount == waiting.count)
        }
    }
}
