import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Active check")
struct ActiveCheckTests {
    private struct NotDue: Error {}
    private var random = SeededRandom(seed: 5)

    /// Begins the next check at the time it is due.
    private mutating func begin(_ schedule: inout ActiveCheck) throws -> (ActiveCheck.Check, MonotonicInstant) {
        let now = schedule.nextEvent
        guard let check = schedule.due(now: now, using: &random).begin else { throw NotDue() }
        return (check, now)
    }

    private mutating func run(_ schedule: inout ActiveCheck, _ succeeded: Bool) throws -> ActiveCheck.Change? {
        let (check, now) = try begin(&schedule)
        return schedule.finished(check, succeeded: succeeded, now: now + .seconds(1), using: &random)
    }

    @Test mutating func thresholdsOnBothSides() throws {
        var schedule = ActiveCheck(now: at(0), using: &random)
        var changes: [ActiveCheck.Change?] = []
        for succeeded in [false, false, true, false, false, false, true, false, true, true] {
            changes.append(try run(&schedule, succeeded))
        }
        #expect(changes == [nil, nil, nil, nil, nil, .becameUnhealthy, nil, nil, nil, .becameHealthy])
        #expect(schedule.isHealthy)
    }

    @Test mutating func oneCheckAtATimeAndTheNextAfterTheInterval() throws {
        var schedule = ActiveCheck(now: at(0), using: &random)
        #expect(schedule.nextEvent >= at(0) && schedule.nextEvent <= at(30))
        for _ in 0..<50 {
            let (check, now) = try begin(&schedule)
            #expect(schedule.due(now: now + .seconds(9), using: &random) == (nil, nil))
            _ = schedule.finished(check, succeeded: true, now: now + .seconds(9), using: &random)
            let wait = schedule.nextEvent - (now + .seconds(9))
            #expect(wait >= .seconds(24) && wait <= .seconds(36))
            let early = schedule.nextEvent + .nanoseconds(-1)
            #expect(schedule.due(now: early, using: &random).begin == nil)
        }
    }

    @Test("A check that came to nothing changes nothing, and the next one comes after the interval")
    mutating func nothing() throws {
        var schedule = ActiveCheck(
            settings: ActiveCheckSettings(failureThreshold: 2, recoveryThreshold: 1), now: at(0), using: &random)
        var changes: [ActiveCheck.Change?] = []
        for succeeded in [nil, nil, nil, false, nil, false, nil, true] as [Bool?] {
            let (check, now) = try begin(&schedule)
            changes.append(schedule.finished(check, succeeded: succeeded, now: now, using: &random))
            #expect(schedule.nextEvent - now >= .seconds(24))
        }
        #expect(changes == [nil, nil, nil, nil, nil, .becameUnhealthy, nil, .becameHealthy])
    }

    @Test mutating func aCheckThatNeverEndsHasFailed() throws {
        var schedule = ActiveCheck(
            settings: ActiveCheckSettings(failureThreshold: 1, recoveryThreshold: 1), now: at(0), using: &random)
        let (check, now) = try begin(&schedule)
        let result = schedule.due(now: now + .seconds(10), using: &random)
        #expect(result.begin == nil && result.change == .becameUnhealthy)
        #expect(schedule.finished(check, succeeded: true, now: now + .seconds(11), using: &random) == nil)
        let (next, later) = try begin(&schedule)
        #expect(schedule.finished(check, succeeded: true, now: later, using: &random) == nil, "of an earlier check")
        #expect(schedule.finished(next, succeeded: true, now: later + .seconds(10), using: &random) == nil, "too late")
        #expect(!schedule.isHealthy)
    }

    @Test func unsoundSettingsSayWhatIsWrong() {
        #expect(ActiveCheckSettings().defect == nil)
        let cases = [
            ActiveCheckSettings(interval: .zero), ActiveCheckSettings(jitter: 1), ActiveCheckSettings(timeout: .zero),
            ActiveCheckSettings(failureThreshold: 0), ActiveCheckSettings(recoveryThreshold: 0),
        ]
        #expect(Set(cases.map(\.defect)).count == cases.count && cases.allSatisfy { $0.defect != nil })
    }
}
