import LLMGWCore
import LLMGWPolicy
import Testing

@testable import LLMGWGateway

@Suite("Budgets over changes of the configuration")
@GatewayLoop
struct BudgetsTests {
    /// 2026-11-21 12:00 UTC.
    private let noon: Int64 = 1_795_262_400_000
    private let scope = QuotaScope.client("报告")

    private func budgets() -> Budgets { Budgets(clock: { noon }, onChange: { _, _, _ in }) }
    private func dollars(_ micros: Int64) -> Cost { Cost(micros: micros, currency: "USD") }

    @Test func aBudgetThatComesWhileRequestsRunHasNothingReservedForThem() throws {
        let budgets = budgets()
        let before = try budgets.reserve(dollars(40), in: [scope])
        budgets.configure(scope, [BudgetSettings(period: .day, stop: 100)])
        let after = try budgets.reserve(dollars(30), in: [scope])
        budgets.settle(before, costs: [dollars(50)], in: [scope])
        #expect(budgets.meters[scope]?.first?.spent == 50, "what it cost counts all the same")
        #expect(budgets.meters[scope]?.first?.reserved == 30, "another request's place stays its own")
        budgets.settle(after, costs: [dollars(30)], in: [scope])
        #expect(budgets.meters[scope]?.first?.reserved == 0)
        #expect(throws: GatewayError.self) { try budgets.reserve(dollars(21), in: [scope]) }
    }

    @Test func otherThresholdsContinueWhatIsReserved() throws {
        let budgets = budgets()
        budgets.configure(scope, [BudgetSettings(period: .day, stop: 100)])
        let before = try budgets.reserve(dollars(40), in: [scope])
        budgets.configure(scope, [BudgetSettings(period: .day, stop: 60), BudgetSettings(period: .month, stop: 60)])
        #expect(budgets.meters[scope]?.map(\.reserved) == [40, 0])
        #expect(throws: GatewayError.self) { try budgets.reserve(dollars(21), in: [scope]) }
        budgets.settle(before, costs: [dollars(40)], in: [scope])
        #expect(budgets.meters[scope]?.map(\.reserved) == [0, 0])
        #expect(budgets.meters[scope]?.map(\.spent) == [40, 40])
    }

    @Test func eachCurrencyCountsForItself() throws {
        let budgets = budgets()
        budgets.configure(scope, [BudgetSettings(period: .day), BudgetSettings(period: .month, currency: "CNY")])
        let reservation = try budgets.reserve(dollars(10), in: [scope])
        budgets.settle(reservation, costs: [dollars(5), Cost(micros: 7, currency: "CNY")], in: [scope])
        #expect(budgets.meters[scope]?.map(\.spent) == [5, 7])
    }

    @Test func aLaterAttemptDoesNotUndoWhatAnEarlierOneTook() {
        let used = Settlement.used(Usage(inputTokens: 3, outputTokens: 5))
        #expect(Settlement.notSent.followed(by: .refused) == .refused)
        #expect(Settlement.refused.followed(by: .notSent) == .refused)
        #expect(Settlement.interrupted(outputTokens: 9).followed(by: .refused) == .interrupted(outputTokens: 9))
        #expect(Settlement.unknown.followed(by: used) == used)
    }
}
