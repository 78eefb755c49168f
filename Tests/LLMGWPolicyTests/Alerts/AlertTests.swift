import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Alerts")
struct AlertTests {
    private let errors = AlertRule(
        name: "错误太多", condition: .errorRate(above: 0.2), severity: .critical, hold: .seconds(60))

    private func sample(failures: Int, of calls: Int = 100) -> CallSample {
        CallSample(counts: CallCounts(calls: calls, failures: failures))
    }

    private func sample(seconds: [Double]) -> CallSample {
        var sketch = LatencySketch()
        for second in seconds { sketch.add(.seconds(second)) }
        return CallSample(counts: CallCounts(calls: seconds.count), latency: sketch)
    }

    @Test func firesAfterTheHoldTimeAndResolvesAfterIt() {
        var alert = AlertState(rule: errors)
        #expect(alert.evaluate(sample(failures: 20), now: at(0)) == nil)
        #expect(alert.phase == .quiet, "the bound itself is not above it")
        #expect(alert.evaluate(sample(failures: 21), now: at(10)) == nil)
        #expect(alert.phase == .pending(since: at(10)))
        #expect(alert.evaluate(sample(failures: 50), now: at(69)) == nil)
        #expect(alert.evaluate(sample(failures: 50), now: at(70)) == .fired(value: 0.5))
        #expect(alert.evaluate(sample(failures: 50), now: at(99)) == nil, "once")
        #expect(alert.evaluate(sample(failures: 0), now: at(100)) == nil)
        #expect(alert.isFiring)
        #expect(alert.evaluate(sample(failures: 10), now: at(160)) == .resolved(value: 0.1, after: .seconds(90)))
        #expect(alert.phase == .quiet)
    }

    @Test func aShortCrossingDoesNotFireAndAShortRecoveryDoesNotResolve() {
        var alert = AlertState(rule: errors)
        for second in stride(from: 0.0, to: 600, by: 50) {
            #expect(alert.evaluate(sample(failures: 90), now: at(second)) == nil)
            #expect(alert.evaluate(sample(failures: 0), now: at(second + 40)) == nil)
        }
        _ = alert.evaluate(sample(failures: 90), now: at(1000))
        #expect(alert.evaluate(sample(failures: 90), now: at(1060)) == .fired(value: 0.9))
        for second in stride(from: 1100.0, to: 1600, by: 50) {
            #expect(alert.evaluate(sample(failures: 0), now: at(second)) == nil)
            #expect(alert.evaluate(sample(failures: 90), now: at(second + 40)) == nil)
        }
        #expect(alert.phase == .firing(since: at(1060)))
    }

    @Test func silenceNeitherFiresNorResolves() {
        var alert = AlertState(rule: errors)
        for second in 0..<10 {
            #expect(alert.evaluate(sample(failures: 9, of: 9), now: at(Double(second) * 60)) == nil)
        }
        #expect(alert.phase == .quiet)
        _ = alert.evaluate(sample(failures: 10, of: 10), now: at(600))
        _ = alert.evaluate(sample(failures: 10, of: 10), now: at(660))
        for second in 0..<10 {
            #expect(alert.evaluate(sample(failures: 0, of: 0), now: at(700 + Double(second) * 60)) == nil)
        }
        #expect(alert.isFiring)
    }

    @Test func successRateAndLatency() {
        var success = AlertState(
            rule: AlertRule(name: "s", condition: .successRate(below: 0.9), hold: .zero, minimumCalls: 1))
        #expect(success.evaluate(sample(failures: 10), now: at(0)) == nil)
        #expect(success.evaluate(sample(failures: 11), now: at(1)) == .fired(value: 0.89))
        #expect(success.evaluate(sample(failures: 1), now: at(2)) == .resolved(value: 0.99, after: .seconds(1)))

        let slow = AlertRule(
            name: "l", condition: .latency(quantile: 0.5, above: .seconds(2)), hold: .zero, minimumCalls: 3)
        var latency = AlertState(rule: slow)
        #expect(latency.evaluate(sample(seconds: [9, 9]), now: at(0)) == nil)
        #expect(latency.evaluate(sample(seconds: [1, 1, 9]), now: at(0)) == nil)
        #expect(latency.evaluate(sample(seconds: [1, 9, 9]), now: at(0)) == .fired(value: 9))
    }

    @Test func unsoundRulesSayWhatIsWrong() {
        #expect(errors.defect == nil)
        let condition = AlertRule.Condition.errorRate(above: 0.1)
        let cases = [
            AlertRule(name: "", condition: condition),
            AlertRule(name: "a", condition: condition, hold: .seconds(-1)),
            AlertRule(name: "a", condition: condition, minimumCalls: 0),
            AlertRule(name: "a", condition: .latency(quantile: 95, above: .seconds(1))),
            AlertRule(name: "a", condition: .latency(quantile: 0.95, above: .zero)),
            AlertRule(name: "a", condition: .successRate(below: 95)),
            AlertRule(name: "a", condition: .errorRate(above: 1)),
        ]
        #expect(Set(cases.map(\.defect)).count == cases.count && cases.allSatisfy { $0.defect != nil })
    }

    @Test("Against the plainest account of the hold time", arguments: 1...100 as ClosedRange<UInt64>)
    func matchesTheAccount(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var alert = AlertState(rule: errors)
        // Since when every judged sample has been the same.
        var same: (isCrossed: Bool, since: Double)?
        var isFiring = false
        for step in 0..<300 {
            let time = Double(step) * 10
            let calls = Int.random(in: 0...3, using: &random) == 0 ? 5 : 100
            let wasCrossed = same?.isCrossed ?? false
            let isCrossed = Int.random(in: 0..<12, using: &random) == 0 ? !wasCrossed : wasCrossed
            let event = alert.evaluate(sample(failures: isCrossed ? calls : 0, of: calls), now: at(time))
            if calls >= 10 {
                if same?.isCrossed != isCrossed { same = (isCrossed, time) }
                let hasHeld = time - (same?.since ?? time) >= 60
                let changes = hasHeld && isFiring != isCrossed
                if changes { isFiring = isCrossed }
                #expect((event != nil) == changes)
            } else {
                #expect(event == nil)
            }
            #expect(alert.isFiring == isFiring)
        }
    }
}
