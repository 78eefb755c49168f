import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Forced breaker states")
struct ForcedStateTests {
    private let open = ForcedState(.open, actor: "uid 1000", reason: "维护窗口")
    private let closed = ForcedState(.closed, actor: "root", reason: "only one upstream")

    @Test func forcedOpenRejectsWhateverTheUpstreamDoes() throws {
        let test = BreakerUnderTest()
        let early = try #require(test.permit(at(0)))
        let transition = test.breaker.force(open, until: nil, now: at(1))
        #expect(transition.to == .forcedOpen && transition.cause == .forced && transition.until == nil)
        #expect(test.acquire(at(2)) == .rejected(until: nil))
        test.record(.success, early, at(3))
        #expect(test.acquire(at(1_000_000)) == .rejected(until: nil))
        #expect(test.transitions.isEmpty)
    }

    @Test func forcedClosedAdmitsAndStillCounts() {
        let test = BreakerUnderTest()
        _ = test.breaker.force(closed, until: nil, now: at(0))
        for _ in 0..<50 { #expect(test.call(.failure, at(1))) }
        #expect(test.breaker.state == .forcedClosed)
        #expect(test.breaker.snapshot(now: at(1)).counts == CallCounts(calls: 50, failures: 50))
    }

    @Test("An expiry ends it, and the breaker starts afresh", arguments: ForcedState.Kind.allCases)
    func expiry(kind: ForcedState.Kind) {
        let test = BreakerUnderTest()
        _ = test.breaker.force(ForcedState(kind, actor: "root", reason: ""), until: at(60), now: at(0))
        if kind == .open { #expect(test.acquire(at(59.9)) == .rejected(until: at(60))) }
        for _ in 0..<4 { #expect(test.call(.failure, at(60))) }
        #expect(test.breaker.state == .closed)
        #expect(test.transitions.map(\.cause) == [.forceExpired])
        #expect(test.call(.failure, at(60)))
        #expect(test.breaker.state == .open)
    }

    @Test func forcingDuringAProbeMakesItsReportStale() throws {
        let test = BreakerUnderTest(CircuitBreakerSettings(jitter: 0))
        for _ in 0..<5 { _ = test.call(.failure, at(0)) }
        let probe = try #require(test.permit(at(15)))
        _ = test.breaker.force(open, until: nil, now: at(16))
        test.record(.success, probe, at(17))
        #expect(test.breaker.state == .forcedOpen)
        #expect(test.acquire(at(200)) == .rejected(until: nil), "the probe's deadline means nothing now")
        #expect(test.breaker.release(now: at(200))?.cause == .released)
        test.record(.failure, probe, at(201))
        #expect(test.breaker.snapshot(now: at(201)).counts == CallCounts())
    }

    @Test func releaseResetsAnOpenBreakerAndForgetsAClosedOnesFailures() {
        let test = BreakerUnderTest()
        for _ in 0..<5 { _ = test.call(.failure, at(0)) }
        #expect(test.breaker.release(now: at(1))?.to == .closed)
        for _ in 0..<4 { #expect(test.call(.failure, at(1))) }
        #expect(test.breaker.release(now: at(1)) == nil)
        for _ in 0..<4 { #expect(test.call(.failure, at(1))) }
        #expect(test.breaker.state == .closed)
    }

    @Test func anOrderThatHasExpiredIsNotShown() {
        let test = BreakerUnderTest()
        _ = test.breaker.force(open, until: at(100), now: at(0))
        #expect(test.breaker.snapshot(now: at(99.9)).state == .forcedOpen)
        #expect(test.breaker.snapshot(now: at(100)).state == .closed, "although nobody has asked since")
        #expect(test.breaker.snapshot(now: at(100)).forced == nil)
    }

    @Test func survivesARestartWithTheTimeThatIsLeft() throws {
        let test = BreakerUnderTest()
        #expect(test.breaker.persisted(now: at(0), wallClock: 0) == nil)
        _ = test.breaker.force(open, until: at(100), now: at(0))
        let persisted = test.breaker.persisted(now: at(40), wallClock: 1_800_000_000_000)
        let kept = try #require(persisted)
        #expect(kept == PersistedForcedState(order: open, expiresAt: 1_800_000_060_000))

        let restarted = BreakerUnderTest()
        let transition = restarted.breaker.restore(kept, now: at(5), wallClock: 1_800_000_010_000)
        #expect(transition?.to == .forcedOpen)
        #expect(restarted.acquire(at(54.9)) == .rejected(until: at(55)))
        #expect(restarted.breaker.snapshot(now: at(6)).forced == open)
        #expect(restarted.permit(at(55)) != nil)

        let late = BreakerUnderTest()
        #expect(late.breaker.restore(kept, now: at(5), wallClock: 1_800_000_060_000) == nil)
        #expect(late.breaker.state == .closed)
    }

    @Test func withoutExpiryItIsKeptForEver() throws {
        let test = BreakerUnderTest()
        _ = test.breaker.force(closed, until: nil, now: at(0))
        let persisted = test.breaker.persisted(now: at(1), wallClock: 7)
        let kept = try #require(persisted)
        #expect(kept.expiresAt == nil)
        let restarted = BreakerUnderTest()
        #expect(restarted.breaker.restore(kept, now: at(0), wallClock: .max)?.to == .forcedClosed)
    }
}
