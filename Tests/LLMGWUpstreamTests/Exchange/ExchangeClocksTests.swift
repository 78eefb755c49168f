import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Exchange clocks")
struct ExchangeClocksTests {
    private typealias Expiry = ExchangeClocks.Expiry

    private static let timeouts = UpstreamTimeouts(
        connect: .seconds(5), firstToken: .seconds(20), idle: .seconds(10), total: .seconds(100), drain: .seconds(2))

    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: 1_000) + .seconds(seconds) }

    private func clocks(isStream: Bool = true, deadline: Int64 = 1_000) -> ExchangeClocks {
        ExchangeClocks(timeouts: Self.timeouts, isStream: isStream, started: at(0), deadline: at(deadline))
    }

    private func expect(_ clocks: ExchangeClocks, _ expiry: ExchangeClocks.Expiry, at seconds: Int64) {
        #expect(clocks.next?.expiry == expiry)
        #expect(clocks.next?.at == at(seconds))
        #expect(clocks.expired(now: at(seconds) + .nanoseconds(-1)) == nil)
        #expect(clocks.expired(now: at(seconds)) == expiry)
        #expect(clocks.expired(now: at(seconds + 500)) == expiry)
    }

    @Test func connecting() { expect(clocks(), .connect, at: 5) }

    @Test func waitingForTheFirstToken() {
        var clocks = clocks()
        clocks.connected(now: at(3))
        expect(clocks, .firstToken, at: 23)
        clocks.connected(now: at(4))
        expect(clocks, .firstToken, at: 23)
    }

    @Test("A whole answer has no first token that could be seen")
    func wholeAnswer() {
        var clocks = clocks(isStream: false)
        clocks.connected(now: at(3))
        expect(clocks, .total, at: 100)
    }

    @Test func idleCountsFromTheLastContent() {
        var clocks = clocks()
        clocks.connected(now: at(1))
        clocks.content(now: at(2))
        expect(clocks, .idle, at: 12)
        clocks.content(now: at(11))
        expect(clocks, .idle, at: 21)
    }

    @Test("While we pause, the silence is ours")
    func paused() {
        var clocks = clocks()
        clocks.connected(now: at(1))
        clocks.content(now: at(2))
        clocks.paused()
        expect(clocks, .total, at: 100)
        clocks.content(now: at(50))
        expect(clocks, .total, at: 100)
        clocks.resumed(now: at(60))
        expect(clocks, .idle, at: 70)
        clocks.resumed(now: at(65))
        expect(clocks, .idle, at: 70)
    }

    @Test func totalIsForTheWholeAttempt() {
        var clocks = clocks()
        clocks.connected(now: at(1))
        for second in stride(from: 2 as Int64, through: 98, by: 4) { clocks.content(now: at(second)) }
        expect(clocks, .total, at: 100)
    }

    @Test("The caller's deadline wins in every state where it is first")
    func deadline() {
        var clocks = clocks(deadline: 4)
        expect(clocks, .deadline, at: 4)
        clocks.connected(now: at(1))
        expect(clocks, .deadline, at: 4)
        clocks.content(now: at(2))
        expect(clocks, .deadline, at: 4)
        clocks.paused()
        expect(clocks, .deadline, at: 4)
    }

    @Test("After the end mark only the drain counts")
    func drain() {
        var clocks = clocks(deadline: 4)
        clocks.connected(now: at(1))
        clocks.content(now: at(2))
        clocks.completed(now: at(3))
        expect(clocks, .drain, at: 5)
        clocks.content(now: at(4))
        clocks.paused()
        expect(clocks, .drain, at: 5)
    }

    @Test func whatIsOverStaysOver() {
        var clocks = clocks()
        clocks.finished()
        clocks.connected(now: at(1))
        clocks.content(now: at(1))
        clocks.resumed(now: at(1))
        clocks.completed(now: at(1))
        #expect(clocks.next == nil)
        #expect(clocks.expired(now: .distantFuture) == nil)
    }
}
