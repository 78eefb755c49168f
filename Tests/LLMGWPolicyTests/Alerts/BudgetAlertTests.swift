import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Alerts on budgets")
struct BudgetAlertTests {
    private let report = BudgetAlertState.Budget(scope: "client/报告", period: .day)
    private let cloud = BudgetAlertState.Budget(scope: "provider/cloud", period: .month)

    @Test("Each budget fires once in a period, and is quiet in the next one")
    func once() {
        var state = BudgetAlertState(threshold: 0.8)
        #expect(state.evaluate([(report, 0.79, 0), (cloud, 0.8, 0)]) == [.fired(cloud, share: 0.8)])
        #expect(state.evaluate([(report, 0.9, 0), (cloud, 1.2, 0)]) == [.fired(report, share: 0.9)])
        #expect(state.evaluate([(report, 1, 0), (cloud, 1.2, 0)]).isEmpty)
        #expect(state.evaluate([(report, 0, 0), (cloud, 1.2, 0)]) == [.resolved(report, share: 0)])
        #expect(state.isFiring)
        #expect(state.evaluate([(report, 0.8, 0), (cloud, 1.2, 0)]) == [.fired(report, share: 0.8)])
    }

    @Test("What people have heard of before a restart they do not hear of again")
    func restart() {
        var state = BudgetAlertState(threshold: 0.5)
        #expect(state.evaluate([(report, 0.6, 0.6), (cloud, 0.6, 0.4)]) == [.fired(cloud, share: 0.6)])
        #expect(state.isFiring)
        #expect(state.evaluate([(report, 0.1, 0), (cloud, 0.6, 0.4)]) == [.resolved(report, share: 0.1)])
    }

    @Test("A budget that is gone is forgotten")
    func gone() {
        var state = BudgetAlertState(threshold: 0.5)
        _ = state.evaluate([(report, 0.6, 0)])
        #expect(state.evaluate([]).isEmpty)
        #expect(!state.isFiring)
    }
}
