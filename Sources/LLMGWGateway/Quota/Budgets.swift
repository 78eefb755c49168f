import LLMGWCore
import LLMGWPolicy

/// Hears that a budget has come to its warning, or to its end.
typealias BudgetAnnouncement = @GatewayLoop (_ scope: String, BudgetMeter.State, BudgetSettings) -> Void

/// What was set aside for a request in the budgets that there were then; to be settled once.
struct BudgetReservation {
    let cost: Cost?
    let number: UInt64
    /// It was made by the daemon before this one: meters that come later know of it, too.
    var isInherited = false
}

/// What clients and providers may spend, and have spent.
@GatewayLoop
final class Budgets {
    private(set) var meters: [QuotaScope: [BudgetMeter]] = [:]
    /// Spent before the start, by clients and providers that have no meter yet: period, then millionths by currency.
    private var restored: [QuotaScope: [BudgetPeriod: [String: Int64]]] = [:]
    private var lastReservation: UInt64 = 0
    /// What is not settled, and where.
    private var open: [UInt64: (reservation: BudgetReservation, scopes: Set<QuotaScope>)] = [:]
    private let clock: @GatewayLoop () -> Int64
    private let onChange: BudgetAnnouncement

    /// `clock` gives milliseconds since 1970.
    init(
        clock: @escaping @GatewayLoop () -> Int64 = { UnixTime.now.milliseconds },
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
            var meter = BudgetMeter(settings, wallClock: now, firstReservation: lastReservation + 1)
            let before = known.first {
                $0.settings.period == settings.period && $0.settings.currency == settings.currency
            }
            if let before {
                meter.continueWith(before, wallClock: now)
            } else {
                for (reservation, scopes) in open.values where reservation.isInherited && scopes.contains(scope) {
                    meter.reserve(amount(reservation.cost, meter))
                }
            }
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
    func reserve(_ cost: Cost?, in scopes: [QuotaScope]) throws(GatewayError) -> BudgetReservation {
        let now = clock()
        for scope in scopes {
            for index in meters[scope, default: []].indices {
                let amount = amount(cost, meters[scope]?[index])
                guard meters[scope]?[index].allows(amount, wallClock: now) == false else { continue }
                throw exhausted(scope, index, now)
            }
        }
        return note(cost, in: scopes)
    }

    /// Sets aside what the daemon before this one had set aside already, whether or not there is room.
    func inherit(_ cost: Cost?, in scopes: [QuotaScope]) -> BudgetReservation {
        note(cost, in: scopes, isInherited: true)
    }

    /// What is not settled, in the order of reserving.
    var reservations: [(reservation: BudgetReservation, scopes: [QuotaScope])] {
        open.sorted { $0.key < $1.key }.map { ($0.value.reservation, Array($0.value.scopes)) }
    }

    private func note(_ cost: Cost?, in scopes: [QuotaScope], isInherited: Bool = false) -> BudgetReservation {
        for scope in scopes {
            for index in meters[scope, default: []].indices {
                let amount = amount(cost, meters[scope]?[index])
                meters[scope]?[index].reserve(amount)
            }
        }
        lastReservation += 1
        let reservation = BudgetReservation(cost: cost, number: lastReservation, isInherited: isInherited)
        open[lastReservation] = (reservation, Set(scopes))
        return reservation
    }

    /// `costs` is what it did cost, in each currency; nil where nobody knows.
    func settle(_ reservation: BudgetReservation, costs: [Cost]?, in scopes: [QuotaScope]) {
        let now = clock()
        open[reservation.number]?.scopes.subtract(scopes)
        if open[reservation.number]?.scopes.isEmpty == true { open[reservation.number] = nil }
        for scope in scopes {
            if reservation.isInherited, meters[scope] == nil { keep(costs ?? [], scope) }
            for index in meters[scope, default: []].indices {
                let meter = meters[scope]?[index]
                let isKnown = reservation.isInherited || reservation.number >= meter?.firstReservation ?? 0
                let amount = isKnown ? amount(reservation.cost, meter) : 0
                let spent = costs.map { $0.reduce(0) { $0 + self.amount($1, meter) } }
                guard let state = meters[scope]?[index].settle(reserved: amount, cost: spent, wallClock: now),
                    let settings = meters[scope]?[index].settings
                else { continue }
                onChange(scope.name, state, settings)
            }
        }
    }

    /// For meters that come later.
    private func keep(_ costs: [Cost], _ scope: QuotaScope) {
        for cost in costs {
            for period in BudgetPeriod.allCases {
                restored[scope, default: [:]][period, default: [:]][cost.currency, default: 0] += cost.micros
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
