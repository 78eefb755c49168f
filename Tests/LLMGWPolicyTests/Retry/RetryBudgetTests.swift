import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Retry budget")
struct RetryBudgetTests {
    @Test func startsWithTheMinimum() {
        var budget = RetryBudget()
        let granted = (0..<100).count { _ in budget.withdraw(now: at(0)) }
        #expect(granted == 10)
        #expect((0..<100).count { _ in budget.withdraw(now: at(67)) } == 10, "after the window, again")
    }

    @Test func firstAttemptsEarnAShare() {
        var budget = RetryBudget(settings: RetryBudgetSettings(ratio: 0.2, minimumPerSecond: 0))
        #expect(budget.withdraw(now: at(0)) == false)
        for _ in 0..<50 { budget.deposit(now: at(0)) }
        #expect((0..<100).count { _ in budget.withdraw(now: at(1)) } == 10)
        for _ in 0..<50 { budget.deposit(now: at(2)) }
        #expect(budget.withdraw(now: at(100)) == false, "what was earned long ago is gone")
    }

    @Test func unsoundSettingsSayWhatIsWrong() {
        #expect(RetryBudgetSettings().defect == nil)
        #expect(RetryBudgetSettings(ratio: -1).defect?.contains("ratio") == true)
        #expect(RetryBudgetSettings(minimumPerSecond: .infinity).defect?.contains("minimum_per_second") == true)
        #expect(RetryBudgetSettings(window: .zero).defect?.contains("window") == true)
    }

    @Test(
        "In the window before any retry, retries are a share of the first attempts and the minimum",
        arguments: 1...60 as ClosedRange<UInt64>)
    func neverMoreThanTheShare(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let ratio = Double.random(in: 0...0.5, using: &random)
        let minimum = Double.random(in: 0...0.3, using: &random)
        var budget = RetryBudget(settings: RetryBudgetSettings(ratio: ratio, minimumPerSecond: minimum))
        var first: [Double] = []
        var retries: [Double] = []
        var refused = 0
        var time = 0.0
        for _ in 0..<1500 {
            time += Double.random(in: 0...0.5, using: &random)
            if Int.random(in: 0..<200, using: &random) == 0 { time += 50 }
            if Bool.random(using: &random) {
                budget.deposit(now: at(time))
                first.append(time)
            } else if budget.withdraw(now: at(time)) {
                retries.append(time)
                let allowed = ratio * Double(first.count { $0 > time - 60 }) + minimum * 60
                #expect(Double(retries.count { $0 > time - 60 }) <= allowed + 1e-6)
            } else {
                refused += 1
                // And no stricter than a window that is coarser by a slot.
                let earned = ratio * Double(first.count { $0 > time - 54 }) + minimum * 60
                #expect(earned - Double(retries.count { $0 > time - 66 }) < 1)
            }
        }
        #expect(refused > 0 || !retries.isEmpty)
    }
}
