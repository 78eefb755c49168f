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
    /// Of the budgets in force.
    private(set) var meters: [QuotaScope: [BudgetMeter]] = [:]
    /// Of budgets that the configuration does not have any more. They go on counting, and refuse nothing: if they come back, they are as they
    /// would be.
    private var resting: [QuotaScope: [BudgetMeter]] = [:]
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
        guard meters[scope, default: []].map(\.settings) != settings else { return }
        let now = clock()
        let known = meters[scope, default: []] + resting[scope, default: []]
        let new = settings.map { settings in
            var meter = BudgetMeter(settings, wallClock: now, firstReservation: lastReservation + 1)
            if let before = known.first(where: { $0.settings.counts(as: settings) }) {
                meter.continueWith(before, wallClock: now)
            } else {
                for (reservation, scopes) in open.values where reservation.isInherited && scopes.contains(scope) {
                    meter.reserve(settings.amount(of: reservation.cost))
                }
            }
            if let spent = restored[scope]?[settings.period]?[settings.currency] {
                meter.restore(spent: spent, wallClock: now)
                restored[scope]?[settings.period] = nil
            }
            return meter
        }
        let gone = known.filter { meter in !settings.contains { $0.counts(as: meter.settings) } }
        meters[scope] = new.isEmpty ? nil : new
        resting[scope] = gone.isEmpty ? nil : gone
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

    /// Begins new periods, so that what is shown is of the present ones.
    func refresh() {
        let now = clock()
        Self.change(&meters, Array(meters.keys)) { _, meter in meter.advance(now) }
    }

    // MARK: Requests

    /// Sets aside what a request is expected to cost, in all budgets or in none.
    func reserve(_ cost: Cost?, in scopes: [QuotaScope]) throws(GatewayError) -> BudgetReservation {
        let now = clock()
        var refused: GatewayError?
        Self.change(&meters, scopes) { scope, meter in
            guard let refusal = meter.refusal(of: meter.settings.amount(of: cost), wallClock: now) else { return }
            if let state = meter.refused(refusal) { onChange(scope.name, state, meter.settings) }
            let error = GatewayError(refusal, of: cost, by: meter.settings, scope, now: now)
            // Whoever waits for one of them has to wait for the others too.
            if refused.map({ $0.waits(shorterThan: error) }) ?? true { refused = error }
        }
        if let refused { throw refused }
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
        Self.change(&meters, scopes) { _, meter in meter.reserve(meter.settings.amount(of: cost)) }
        Self.change(&resting, scopes) { _, meter in meter.reserve(meter.settings.amount(of: cost)) }
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
        if reservation.isInherited {
            for scope in scopes where meters[scope] == nil { keep(costs ?? [], scope) }
        }
        func settle(_ meter: inout BudgetMeter) -> BudgetMeter.State? {
            let isKnown = reservation.isInherited || reservation.number >= meter.firstReservation
            let reserved = isKnown ? meter.settings.amount(of: reservation.cost) : 0
            let settings = meter.settings
            let spent = costs.map { $0.reduce(0) { $0 + settings.amount(of: $1) } }
            return meter.settle(reserved: reserved, cost: spent, wallClock: now)
        }
        Self.change(&meters, scopes) { scope, meter in
            if let state = settle(&meter) { onChange(scope.name, state, meter.settings) }
        }
        Self.change(&resting, scopes) { _, meter in _ = settle(&meter) }
    }

    /// For meters that come later.
    private func keep(_ costs: [Cost], _ scope: QuotaScope) {
        for cost in costs {
            for period in BudgetPeriod.allCases {
                restored[scope, default: [:]][period, default: [:]][cost.currency, default: 0] += cost.micros
            }
        }
    }

    private static func change(
        _ meters: inout [QuotaScope: [BudgetMeter]], _ scopes: [QuotaScope],
        _ body: (QuotaScope, inout BudgetMeter) -> Void
    ) {
        for scope in scopes {
            for index in meters[scope, default: []].indices { body(scope, &meters[scope, default: []][index]) }
        }
    }

    // MARK: Forgetting

    /// Whether nobody would notice if it was forgotten.
    func isIdle(_ scope: QuotaScope) -> Bool {
        let now = clock()
        Self.change(&meters, [scope]) { _, meter in meter.advance(now) }
        Self.change(&resting, [scope]) { _, meter in meter.advance(now) }
        return (meters[scope, default: []] + resting[scope, default: []]).allSatisfy(\.isIdle)
    }

    func forget(_ scope: QuotaScope) {
        meters[scope] = nil
        resting[scope] = nil
    }
}

extension BudgetSettings {
    /// They add up the same.
    fileprivate func counts(as other: BudgetSettings) -> Bool { period == other.period && currency == other.currency }

    /// Money of another currency does not count.
    fileprivate func amount(of cost: Cost?) -> Int64 {
        guard let cost, cost.currency == currency else { return 0 }
        return cost.micros
    }
}
