import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private let noJitter = CircuitBreakerSettings(jitter: 0)

    /// Opened at second 0 by failures in a row.
    private func opened(_ settings: CircuitBreakerSettings) -> BreakerUnderTest {
        let test = BreakerUnderTest(settings)
        for _ in 0..<settings.consecutiveFailures { _ = test.call(.failure, at(0)) }
        return test
    }

    @Test func opensAfterFailuresInARow() {
        let test = BreakerUnderTest(noJitter)
        for _ in 0..<4 { #expect(test.call(.failure, at(0))) }
        #expect(test.breaker.state == .closed)
        #expect(test.call(.failure, at(0)))
        #expect(test.breaker.state == .open)
        #expect(test.transitions.map(\.cause) == [.consecutiveFailures])
        #expect(test.acquire(at(14.9)) == .rejected(until: at(15)))
    }

    @Test func opensAtAFailureRateOnlyWithEnoughCalls() {
        let test = BreakerUnderTest(noJitter)
        for call in 0..<9 { #expect(test.call(call % 2 == 0 ? .failure : .success, at(0))) }
        #expect(test.breaker.state == .closed, "9 calls say nothing")
        #expect(test.call(.success, at(0)))
        #expect(test.transitions.map(\.cause) == [.failureRate])
    }

    @Test func opensAtASlowRate() {
        let test = BreakerUnderTest(noJitter)
        for call in 0..<10 { #expect(test.call(.success, took: .seconds(call < 2 ? 1 : 31), at(0))) }
        #expect(test.transitions.map(\.cause) == [.slowRate])
    }

    @Test func oldFailuresAreForgotten() {
        let test = BreakerUnderTest(CircuitBreakerSettings(consecutiveFailures: 0, jitter: 0))
        for _ in 0..<9 { #expect(test.call(.failure, at(0))) }
        for _ in 0..<9 { #expect(test.call(.failure, at(61))) }
        #expect(test.breaker.state == .closed)
    }

    @Test("What says nothing about the upstream changes nothing", arguments: [BreakerOutcome.neutral, .reachable])
    func ignoredOutcomes(outcome: BreakerOutcome) {
        let test = BreakerUnderTest(noJitter)
        for _ in 0..<4 { _ = test.call(.failure, at(0)) }
        for _ in 0..<100 { #expect(test.call(outcome, took: .seconds(99), at(0))) }
        #expect(test.breaker.snapshot(now: at(0)).counts == CallCounts(calls: 4, failures: 4))
        #expect(test.breaker.snapshot(now: at(0)).failuresInARow == 4)
    }

    @Test func halfOpenLetsAFewProbesThroughAndClosesWhenTheySucceed() throws {
        let test = opened(noJitter)
        let first = try #require(test.permit(at(15)))
        let second = try #require(test.permit(at(15)))
        #expect(first.isProbe && second.isProbe)
        #expect(test.acquire(at(15)) == .rejected(until: at(105)))
        test.record(.success, first, at(16))
        test.record(.success, first, at(16))
        #expect(test.breaker.state == .halfOpen, "one probe counts once")
        test.record(.reachable, second, at(16))
        #expect(test.breaker.state == .closed)
        #expect(test.breaker.snapshot(now: at(16)).counts == CallCounts())
        #expect(test.transitions.map(\.cause) == [.consecutiveFailures, .openElapsed, .probesSucceeded])
    }

    @Test func oneFailedProbeOpensForTwiceAsLongUpToTheCap() {
        let test = opened(noJitter)
        var now = 15.0
        for expected in [30.0, 60, 120, 240, 300, 300, 300] {
            #expect(test.call(.failure, at(now)))
            #expect(test.acquire(at(now)) == .rejected(until: at(now + expected)))
            now += expected
        }
    }

    @Test func healthyTimeTakesBackTheGrowth() {
        let test = opened(noJitter)
        #expect(test.call(.failure, at(15)))  // The second opening: 30 s.
        for _ in 0..<2 { #expect(test.call(.success, at(45))) }
        for _ in 0..<5 { #expect(test.call(.failure, at(46))) }
        #expect(test.acquire(at(46)) == .rejected(until: at(106)), "the third opening")
        for _ in 0..<2 { #expect(test.call(.success, at(106))) }
        for _ in 0..<5 { #expect(test.call(.failure, at(106 + 601))) }
        #expect(test.acquire(at(707)) == .rejected(until: at(707 + 30)), "two of three openings are forgiven")
    }

    @Test func aLateReportFromBeforeTheOpeningDecidesNoProbe() throws {
        let test = BreakerUnderTest(noJitter)
        let old = try (0..<10).map { _ in try #require(test.permit(at(0))) }
        for permit in old.prefix(5) { test.record(.failure, permit, at(1)) }
        #expect(test.permit(at(16))?.isProbe == true)
        let before = test.breaker.snapshot(now: at(16))
        for permit in old.suffix(5) {
            test.record(.success, permit, at(16))
            test.record(.failure, permit, at(16))
        }
        #expect(test.breaker.snapshot(now: at(16)) == before)
    }

    @Test func aProbeThatNeverReportsCountsAsFailedAtItsDeadline() throws {
        let test = opened(noJitter)
        let lost = try #require(test.permit(at(15)))
        #expect(test.acquire(at(15 + 91)) == .rejected(until: at(15 + 90 + 30)), "30 s from the deadline on")
        #expect(test.transitions.last?.cause == .probeExpired)
        test.record(.success, lost, at(107))
        #expect(test.breaker.state == .open)
    }

    @Test func aProbeThatMayTakeLongHasTheTimeForIt() throws {
        let test = opened(noJitter)
        let long = try #require(test.permit(lasting: .seconds(600), at(15)))
        let short = try #require(test.permit(lasting: .seconds(1), at(15)))
        #expect(test.acquire(at(16)) == .rejected(until: at(15 + 90)), "nobody has less than the probes' time")
        test.record(.success, short, at(20))
        #expect(test.breaker.opening(now: at(21)) == at(21))
        test.record(.success, long, at(614))
        #expect(test.breaker.state == .closed)
    }

    @Test func whenNobodyAskedForLongBothDeadlinesHavePassed() {
        let test = opened(noJitter)
        #expect(test.permit(at(15)) != nil)
        #expect(test.permit(at(10_000))?.isProbe == true)
        #expect(test.transitions.suffix(2).map(\.cause) == [.probeExpired, .openElapsed])
    }

    @Test func aCancelledProbeMakesRoomForAnotherButNotForEver() {
        let test = opened(noJitter)
        for _ in 0..<16 { #expect(test.call(.neutral, at(20))) }
        #expect(test.breaker.state == .open)
        #expect(test.transitions.last?.cause == .probesUsedUp)
    }

    @Test("Who asks whether it is open hears what a request would, also when the probes are used up")
    func theLastProbe() {
        let test = opened(noJitter)
        #expect(test.breaker.opening(now: at(1)) == at(15))
        for _ in 0..<15 { #expect(test.call(.neutral, at(20))) }
        #expect(test.permit(at(20)) != nil)
        #expect(test.breaker.opening(now: at(21)) == at(110))
        #expect(test.acquire(at(21)) == .rejected(until: at(110)))
        _ = test.breaker.force(ForcedState(.open, actor: "uid 0", reason: "维护"), until: nil, now: at(22))
        #expect(test.breaker.opening(now: at(23)) == nil)
    }

    @Test func slowProbesDoNotClose() {
        let test = opened(noJitter)
        for _ in 0..<4 { #expect(test.call(.success, took: .seconds(31), at(20))) }
        #expect(test.breaker.state == .open)
        #expect(test.transitions.last?.cause == .probesUsedUp)
    }

    @Test func jitterStaysInItsShare() throws {
        var lengths: Set<Duration> = []
        for seed in 1...200 as ClosedRange<UInt64> {
            let test = BreakerUnderTest(.recommended, seed: seed)
            for _ in 0..<5 { _ = test.call(.failure, at(0)) }
            let length = try #require(test.transitions.last?.until) - at(0)
            #expect(length >= .seconds(12) && length <= .seconds(18))
            lengths.insert(length)
        }
        #expect(lengths.count == 200)
    }

    @Test("Presets are in order", arguments: CircuitBreakerSettings.presets.map(\.value))
    func presetsAreSound(settings: CircuitBreakerSettings) {
        #expect(settings.defect == nil)
        #expect(CircuitBreakerSettings.conservative.consecutiveFailures > settings.consecutiveFailures - 1)
        #expect(CircuitBreakerSettings.aggressive.consecutiveFailures < settings.consecutiveFailures + 1)
    }

    @Test func unsoundSettingsSayWhatIsWrong() {
        var cases: [CircuitBreakerSettings] = []
        func unsound(_ change: (inout CircuitBreakerSettings) -> Void) {
            var settings = CircuitBreakerSettings.recommended
            change(&settings)
            cases.append(settings)
        }
        unsound { $0.failureRate = 0 }
        unsound { $0.failureRate = .nan }
        unsound { $0.slowRate = 1.1 }
        unsound { $0.jitter = 1 }
        unsound { $0.minimumCalls = 0 }
        unsound { $0.consecutiveFailures = -1 }
        unsound { $0.slowAfter = .zero }
        unsound { $0.window = .zero }
        unsound { $0.open = .seconds(301) }
        unsound { $0.decay = .zero }
        unsound { $0.probeTimeout = .zero }
        unsound { $0.probes = 0 }
        unsound { $0.maxProbeReports = 1 }
        unsound { $0.maxProbes = 3 }
        let defects = cases.map(\.defect)
        #expect(defects.allSatisfy { $0 != nil })
        #expect(Set(defects).count == cases.count - 1, "failure_rate is here twice")
    }
}
