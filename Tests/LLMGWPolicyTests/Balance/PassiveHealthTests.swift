import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Passive health")
struct PassiveHealthTests {
    private typealias Health = PassiveHealth

    /// `calls` for each target in the second before `now`, failing at its rate.
    private func feed(_ health: inout Health, _ failing: [Int: Double], targets: Int, calls: Int = 100, _ now: Double) {
        for target in 0..<targets {
            let failures = Int(Double(calls) * (failing[target] ?? 0))
            for call in 0..<calls { health.record(succeeded: call >= failures, for: target, now: at(now)) }
        }
    }

    @Test func ejectsTheOneThatFallsBehind() {
        var health = Health(targets: 5, now: at(0))
        feed(&health, [3: 1], targets: 5, 1)
        #expect(health.update(now: at(9.9)) == [], "not before the interval is over")
        #expect(health.update(now: at(10)) == [.ejected(3, until: at(40))])
        #expect(health.ejected(now: at(39.9)) == [3])
        #expect(health.ejected(now: at(40)) == [])
        #expect(health.update(now: at(40)).first == .returned(3))
    }

    @Test func whatAllDoAlikeEjectsNobody() {
        var health = Health(targets: 8, now: at(0))
        feed(&health, Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, 0.9) }), targets: 8, 1)
        #expect(health.update(now: at(10)) == [])
    }

    @Test func fewPeersAndFewCallsSayNothing() {
        var few = Health(targets: 4, now: at(0))
        feed(&few, [0: 1], targets: 4, 1)
        #expect(few.update(now: at(10)) == [])
        var quiet = Health(targets: 5, now: at(0))
        feed(&quiet, [0: 1], targets: 5, calls: 19, 1)
        #expect(quiet.update(now: at(10)) == [])
    }

    @Test func eachEjectionLastsLongerAndHealthyTimeForgives() {
        var health = Health(targets: 6, settings: PassiveHealthSettings(maxEjection: .seconds(70)), now: at(0))
        var now = 0.0
        func nextEjection() -> Duration? {
            for _ in 0..<20 {
                now += 10
                feed(&health, [2: 1], targets: 6, now)
                for case .ejected(2, let until) in health.update(now: at(now)) { return until - at(now) }
            }
            return nil
        }
        #expect(nextEjection() == .seconds(30))
        #expect(nextEjection() == .seconds(60))
        #expect(nextEjection() == .seconds(70), "the cap")
        for _ in 0..<20 {
            now += 10
            _ = health.update(now: at(now))
        }
        #expect(nextEjection() == .seconds(70), "silence forgives nothing")
        for _ in 0..<20 {
            now += 10
            feed(&health, [:], targets: 6, now)
            _ = health.update(now: at(now))
        }
        #expect(nextEjection() == .seconds(30))
    }

    @Test("Never too many, never the last", arguments: 1...100 as ClosedRange<UInt64>)
    func bounded(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let targets = Int.random(in: 2...12, using: &random)
        let settings = PassiveHealthSettings(
            minimumPeers: 2, deviations: Double.random(in: 0.1...1, using: &random),
            maxEjectedShare: Double.random(in: 0...1, using: &random))
        var health = Health(targets: targets, settings: settings, now: at(0))
        let bound = min(targets - 1, max(1, Int(settings.maxEjectedShare * Double(targets))))
        var ejections = 0
        for step in 1...60 {
            let now = Double(step) * 7
            let failing = (0..<targets).map { ($0, Double.random(in: 0...1, using: &random)) }
            feed(&health, Dictionary(uniqueKeysWithValues: failing), targets: targets, calls: 25, now)
            let before = health.ejected(now: at(now))
            for case .ejected(let target, let until) in health.update(now: at(now)) {
                ejections += 1
                #expect(!before.contains(target), "ejected twice")
                #expect(until <= at(now) + settings.maxEjection)
            }
            #expect(health.ejected(now: at(now)).count <= bound)
        }
        #expect(ejections > 0)
    }

    @Test func panicLooksAtHealthNoMore() {
        #expect(PanicThreshold.excluded(unhealthy: [1, 2], among: [1, 2, 3, 4]) == [1, 2])
        #expect(PanicThreshold.excluded(unhealthy: [1, 2, 3], among: [1, 2, 3, 4]) == [])
        #expect(PanicThreshold.excluded(unhealthy: [1], among: [1]) == [])
        #expect(PanicThreshold.excluded(unhealthy: [9], among: [Int]()) == [9])
    }

    @Test func unsoundSettingsSayWhatIsWrong() {
        #expect(PassiveHealthSettings().defect == nil)
        let cases = [
            PassiveHealthSettings(interval: .zero), PassiveHealthSettings(window: .zero),
            PassiveHealthSettings(minimumCalls: 0), PassiveHealthSettings(minimumPeers: 1),
            PassiveHealthSettings(deviations: 0), PassiveHealthSettings(ejection: .zero),
            PassiveHealthSettings(maxEjectedShare: 1.5),
        ]
        #expect(Set(cases.map(\.defect)).count == cases.count && cases.allSatisfy { $0.defect != nil })
    }
}
