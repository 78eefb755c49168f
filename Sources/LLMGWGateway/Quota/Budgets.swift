import LLMGWCore
import LLMGWPolicy

/// Hears that a budget has come to its warning, or to its end.
typealias BudgetAnnouncement = @GatewayLoop (_ scope: String, BudgetMeter.State, BudgetSettings) -> Void

/// What clients and providers may spend, and have spent.
@GatewayLoop
final class Budgets {
    private(set) var meters: [QuotaScope: [BudgetMeter]] = [:]
    /// Spent before the start, by clients and providers that have no meter yet: period, then millionths by currency.
    private var restored: [QuotaScope: [BudgetPeriod: [String: Int64]]] = [:]
    private let clock: @GatewayLoop () -> Int64
    private let onChange: BudgetAnnouncement

    /// `clock` gives milliseconds since 1970.
    init(
        clock: @escaping @GatewayLoop () -> Int64 = { ForcedStateStore.wallClock() },
        onChange: @escaping BudgetAnnouncement
    ) {
        self.clock = clock
        self.onChange = onChange
    }

    /// Meters whose settings are as they were go on; one that is changed goes on with what was spent.
    func configure(_ scope: QuotaScope, _ settings: [BudgetSettings]) {
        let known = meters[scope] ?? []
        guard known.map(\.settings) != settings else { return }
        let now = clock()
        meters[scope] = settings.map { settings in
            var meter = BudgetMeter(settings, wallClock: now)
            let before = known.first {
                $0.settings.period == settings.period && $0.settings.currency == settings.currency
            }
            if let before { meter.continueWith(before, wallClock: now) }
            if let spent = restored[scope]?[settings.period]?[settings.currency] {
                meter.restore(spent: spent, wallClock: now)
                restored[scope]?[settings.period] = nil
            }
            return meter
        }
    }

    /// What was spent in the present period before the daemon started.
    func restore(_ costs: [String: Int64], _ period: BudgetPeriod, _ scope: QuotaScope) {
        guard let index = meters[scope]?.firstIndex(where: { $0.settings.period == period }) else {
            restored[scope, default: [:]][period] = costs
            return
        }
        guard let currency = meters[scope]?[index].settings.currency else { return }
        meters[scope]?[index].restore(spent: costs[currency] ?? 0, wallClock: clock())
    }

    /// Sets aside what a request is expected to cost, in all budgets or in none.
    func reserve(_ cost: Cost?, in scopes: [QuotaScope]) throws(GatewayError) {
        let now = clock()
        for scope in scopes {
            for index in meters[scope, default: []].indices {
                let amount = amount(cost, meters[scope]?[index])
                guard meters[scope]?[index].allows(amount, wallClock: now) == false else { continue }
                throw exhausted(scope, index, now)
            }
        }
        for scope in scopes {
            for index in meters[scope, default: []].indices {
                let amount = amount(cost, meters[scope]?[index])
                meters[scope]?[index].reserve(amount)
            }
        }
    }

    /// `cost` is what it did cost, nil where nobody knows.
    func settle(reserved: Cost?, cost: Cost?, in scopes: [QuotaScope]) {
        let now = clock()
        for scope in scopes {
            for index in meters[scope, default: []].indices {
                let amount = amount(reserved, meters[scope]?[index])
                let spent = cost.map { self.amount($0, meters[scope]?[index]) }
                guard let state = meters[scope]?[index].settle(reserved: amount, cost: spent, wallClock: now),
                    let settings = meters[scope]?[index].settings
                else { continue }
                onChange(scope.name, state, settings)
            }
        }
    }

    /// Money of another currency does not count.
    private func amount(_ cost: Cost?, _ meter: BudgetMeter?) -> Int64 {
        guard let cost, cost.currency == meter?.settings.currency else { return 0 }
        return cost.micros
    }

    private func exhausted(_ scope: QuotaScope, _ index: Int, _ now: Int64) -> GatewayError {
        var error = GatewayError(.budgetExhausted, "the budget of \(scope.name) has no room for the request")
        if let period = meters[scope]?[index].settings.period {
            error.message = "the budget of \(scope.name) for this \(period.rawValue) has no room for the request"
            error.retryAfter = .milliseconds(period.end(at: now) - now)
        }
        error.notProcessed = true
        return error
    }
}
