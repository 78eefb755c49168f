import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("What was granted by the daemon before this one")
@GatewayLoop
struct InheritedQuotaTests {
    private let scheduler = ManualScheduler()
    private let desk: QuotaDesk
    private let quota: InheritedQuota
    private let provider = QuotaScope.provider("云")

    init() {
        desk = QuotaDesk(scheduler: scheduler, onBudget: { _, _, _ in })
        quota = InheritedQuota(desk: desk)
    }

    private func reservation(_ number: UInt64, concurrency: Int? = 2) -> HandedReservation {
        var limits = QuotaLimits([.requestsPerMinute: 3])
        limits[.concurrency] = concurrency
        return HandedReservation(
            number: number, accounts: [HandedAccount(scope: provider, limits: limits)],
            demand: QuotaDemand(inputTokens: 5))
    }

    private func taken(_ metric: QuotaMetric) -> (used: Int, reserved: Int) {
        let status = desk.statuses().first { $0.scope == provider && $0.status.metric == metric }?.status
        return (status?.used ?? 0, status?.reserved ?? 0)
    }

    @Test func countsUntilItIsSettledOnce() {
        quota.take(reservation(1))
        quota.take(reservation(1))
        #expect(taken(.concurrency) == (0, 1) && taken(.requestsPerMinute) == (0, 1))
        quota.settle(1, .used(Usage()))
        quota.settle(1, .notSent)
        #expect(taken(.concurrency) == (0, 0) && taken(.requestsPerMinute) == (1, 0))
    }

    @Test("Who asks is let in where there is room, and told when to ask again where there is none")
    func asking() {
        #expect(quota.wait(for: [reservation(1)], nil) == nil)
        #expect(quota.wait(for: [reservation(2)], nil) == nil)
        #expect(quota.wait(for: [reservation(3)], nil) == .wait(3, .milliseconds(50)), "both places are taken")
        quota.settle(1, .used(Usage()))
        #expect(quota.wait(for: [reservation(3)], nil) == nil)
        quota.settle(2, .used(Usage()))
        #expect(quota.wait(for: [reservation(4)], nil) == .wait(4, .seconds(61)), "the minute's three are used")
        scheduler.advance(by: .seconds(61))
        #expect(quota.wait(for: [reservation(4)], nil) == nil)
    }

    @Test func whatCanNeverFitIsDenied() {
        var large = reservation(1)
        large.accounts[0].limits = QuotaLimits([.tokensPerMinute: 4])
        #expect(quota.wait(for: [large], nil) == .denied(1))
    }

    @Test func aBudgetIsAskedToo() {
        desk.budgets.configure(provider, [BudgetSettings(period: .day, stop: 100)])
        func spending(_ number: UInt64) -> HandedSpending {
            HandedSpending(number: number, cost: Cost(micros: 60, currency: "USD"), scopes: [provider])
        }
        #expect(quota.wait(for: [reservation(1)], spending(1)) == nil)
        #expect(desk.budgets.meters[provider]?.first?.reserved == 60)
        #expect(quota.wait(for: [reservation(2)], spending(2)) == .denied(2))
        quota.spent(1, [provider], [Cost(micros: 10, currency: "USD")])
        quota.spent(1, [provider], [Cost(micros: 10, currency: "USD")])
        #expect(
            desk.budgets.meters[provider]?.first?.spent == 10 && desk.budgets.meters[provider]?.first?.reserved == 0)
        #expect(quota.wait(for: [reservation(2)], spending(2)) == nil)
    }

    @Test func whatADaemonThatDiedHadReservedStaysTaken() {
        quota.take(reservation(1))
        quota.closed()
        #expect(taken(.concurrency) == (0, 0) && taken(.requestsPerMinute) == (1, 0))
    }
}

@Suite("Budgets that begin while requests of the daemon before run")
@GatewayLoop
struct InheritedBudgetsTests {
    private let scope = QuotaScope.client("报告")
    private func budgets() -> Budgets { Budgets(clock: { 1_795_262_400_000 }, onChange: { _, _, _ in }) }
    private func dollars(_ micros: Int64) -> Cost { Cost(micros: micros, currency: "USD") }

    @Test func haveThemReserved() {
        let budgets = budgets()
        let inherited = budgets.inherit(dollars(40), in: [scope])
        budgets.configure(scope, [BudgetSettings(period: .day, stop: 100)])
        #expect(budgets.meters[scope]?.first?.reserved == 40)
        budgets.settle(inherited, costs: [dollars(30)], in: [scope])
        #expect(budgets.meters[scope]?.first?.reserved == 0 && budgets.meters[scope]?.first?.spent == 30)
    }

    @Test func haveWhatTheyCostBefore() {
        let budgets = budgets()
        let inherited = budgets.inherit(dollars(40), in: [scope])
        budgets.restore(["USD": 5], .day, scope)
        budgets.settle(inherited, costs: [dollars(30)], in: [scope])
        budgets.configure(scope, [BudgetSettings(period: .day, stop: 100)])
        #expect(budgets.meters[scope]?.first?.reserved == 0 && budgets.meters[scope]?.first?.spent == 35)
    }
}
