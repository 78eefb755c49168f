import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// Random schedules of calls, reports, lost and late permits and operators' orders, against a model.
@Suite("Circuit breaker, simulated")
struct CircuitBreakerSimulation {
    private struct Violation: Error {
        var seed: UInt64
        var text: String
    }

    private static let schedulesPerCase: UInt64 = 2500
    /// Seconds that a request may last by its own clocks.
    private static let longest = 60

    private func settings(_ random: inout SeededRandom) -> CircuitBreakerSettings {
        let probesToClose = Int.random(in: 1...3, using: &random)
        let maxReports = probesToClose + Int.random(in: 0...2, using: &random)
        return CircuitBreakerSettings(
            failureRate: Double.random(in: 0.2...1, using: &random),
            slowRate: Double.random(in: 0.3...1, using: &random),
            slowAfter: .seconds(30), minimumCalls: Int.random(in: 1...8, using: &random),
            window: .seconds(Int.random(in: 5...60, using: &random)),
            consecutiveFailures: Int.random(in: 0...5, using: &random),
            open: .seconds(Int.random(in: 1...15, using: &random)),
            maxOpen: .seconds(Int.random(in: 15...60, using: &random)),
            jitter: Double.random(in: 0...0.5, using: &random),
            decay: .seconds(Int.random(in: 10...100, using: &random)), probes: Int.random(in: 1...3, using: &random),
            probesToClose: probesToClose, maxProbeReports: maxReports,
            maxProbes: maxReports + Int.random(in: 0...6, using: &random),
            probeTimeout: .seconds(Int.random(in: 5...40, using: &random)))
    }

    @Test("Does what the model does, and keeps its promises", arguments: 0..<8 as Range<UInt64>)
    func matchesTheModel(part: UInt64) throws {
        for seed in part * Self.schedulesPerCase..<(part + 1) * Self.schedulesPerCase {
            try runSchedule(seed: seed)
        }
    }

    private func runSchedule(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let settings = settings(&random)
        let test = BreakerUnderTest(settings, seed: seed &+ 1)
        test.breaker = CircuitBreaker(settings: settings, now: at(0))
        var model = BreakerModel(settings: settings, now: at(0))
        var permits: [CircuitBreaker.Permit] = []
        var time = 0.0
        func require(_ holds: Bool, _ text: @autoclosure () -> String) throws {
            if !holds { throw Violation(seed: seed, text: "\(text()) at \(time) s") }
        }
        // An upstream that is up or down for stretches makes every state likely.
        var isUp = true
        for _ in 0..<40 {
            time +=
                [0, 0.1, 1, 5, 20][Int.random(in: 0..<5, using: &random)] * Double.random(in: 0...2, using: &random)
            let now = at(time)
            test.transitions = []
            if Int.random(in: 0..<8, using: &random) == 0 { isUp.toggle() }
            let choice = Int.random(in: 0..<20, using: &random)
            var path: [BreakerState] = []
            switch choice {
            case 0..<9:
                let opening = test.breaker.opening(now: now)
                let lasting = Duration.seconds(Int.random(in: 0...Self.longest, using: &random))
                let admission = test.acquire(lasting: lasting, now)
                path = model.advance(to: now, openedUntil: opened(test))
                switch admission {
                case .permitted(let permit):
                    try require(model.admits, "admitted while \(model.state)")
                    try require(opening == now, "admitted although it opens at another time")
                    try require(permit.isProbe == (model.state == .halfOpen), "a probe exactly while half-open")
                    model.admitted(permit, lasting: lasting, now: now)
                    permits.append(permit)
                case .rejected(let until):
                    try require(!model.admits, "rejected while \(model.state)")
                    try require(until.map { $0 > now } ?? true, "rejected until a time that has passed")
                    try require(test.breaker.opening(now: now) == until, "opens at another time than a rejection says")
                }
            case 9..<18:
                guard let permit = permits.randomElement(using: &random) else { continue }
                // Most permits are reported once; some twice, some never.
                let isRepeated = Int.random(in: 0..<10, using: &random) == 0
                // A second report is tolerated for a probe only: a closed breaker does not know its permits.
                if !isRepeated || !permit.isProbe { permits.removeAll { $0 == permit } }
                let outcomes: [BreakerOutcome] =
                    isUp ? [.success, .success, .reachable] : [.failure, .failure, .neutral]
                let outcome = outcomes[Int.random(in: 0..<3, using: &random)]
                let isSlow = Int.random(in: 0..<6, using: &random) == 0
                test.record(outcome, permit, took: .seconds(isSlow ? 31 : 30), now)
                path = model.advance(to: now, openedUntil: opened(test))
                path += model.record(outcome, permit, isSlow: isSlow, now: now, openedUntil: opened(test))
            case 18:
                let kind = ForcedState.Kind.allCases[Int.random(in: 0..<2, using: &random)]
                let expiry = Bool.random(using: &random) ? at(time + 10) : nil
                let order = ForcedState(kind, actor: "root", reason: "")
                test.transitions.append(test.breaker.force(order, until: expiry, now: now))
                model.force(kind, until: expiry)
                path = [model.state]
            default:
                let before = model.state
                if let transition = test.breaker.release(now: now) { test.transitions.append(transition) }
                model.release(now: now)
                path = before == .closed ? [] : [.closed]
            }
            try check(test, model, path, now, require)
        }
        try checkRecovery(test, settings, from: time, require)
    }

    private func opened(_ test: BreakerUnderTest) -> MonotonicInstant? {
        test.transitions.last { $0.to == .open }?.until
    }

    private func check(
        _ test: BreakerUnderTest, _ model: BreakerModel, _ path: [BreakerState], _ now: MonotonicInstant,
        _ require: (Bool, @autoclosure () -> String) throws -> Void
    ) throws {
        let settings = model.settings
        try require(test.breaker.state == model.state, "\(test.breaker.state), the model is \(model.state)")
        try require(test.transitions.map(\.to) == path, "reported \(test.transitions.map(\.to)), not \(path)")
        var copy = test.breaker
        let snapshot = copy.snapshot(now: now)
        try require(snapshot.generation == model.generation, "generation")
        try require(snapshot.openings == model.openings, "\(snapshot.openings) openings, not \(model.openings)")
        try require(snapshot.until == model.until, "until")
        // The promises, counted by the model: they hold whatever the schedule.
        try require(model.pending.count <= settings.probes, "too many probes at once")
        try require(model.reported <= settings.maxProbeReports, "too many reported probes in a generation")
        try require(model.probes.count <= settings.maxProbes, "too many probes in a generation")
        for transition in test.transitions where transition.to == .open {
            guard let until = transition.until else { throw Violation(seed: 0, text: "open without an end") }
            try require(until <= transition.at + settings.maxOpen, "open for too long")
        }
    }

    /// Never stuck: whatever happened, and though all permits be lost, a healthy upstream is soon closed again.
    private func checkRecovery(
        _ test: BreakerUnderTest, _ settings: CircuitBreakerSettings, from time: Double,
        _ require: (Bool, @autoclosure () -> String) throws -> Void
    ) throws {
        // A forced state without expiry is the operator's to end.
        if test.breaker.state == .forcedOpen { _ = test.breaker.release(now: at(time)) }
        let longestProbe = max(settings.probeTimeout, .seconds(Self.longest))
        let bound = Double((settings.maxOpen + longestProbe).components.seconds) + 1
        var admittedAfter: Double?
        var closedAfter: Double?
        // After the admission, lost or slow probes from before can open it once more.
        for step in 0...Int(bound * 4) where closedAfter == nil {
            let seconds = Double(step) / 2
            if test.call(.success, took: .seconds(1), at(time + seconds)), admittedAfter == nil {
                admittedAfter = seconds
            }
            if test.breaker.state == .closed || test.breaker.state == .forcedClosed { closedAfter = seconds }
        }
        try require(admittedAfter.map { $0 <= bound } ?? false, "a healthy upstream is not admitted within \(bound) s")
        try require(closedAfter != nil, "successes only do not close it within \(2 * bound) s")
    }
}
