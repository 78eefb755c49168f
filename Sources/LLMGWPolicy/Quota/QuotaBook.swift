public import LLMGWCore

/// All accounts, and what is reserved in them: in all at once, or in none.
///
/// A reservation is reserved, then dispatched (optional), then settled, which is terminal and happens once: the first settlement counts, a
/// later one finds nothing and says so. Wrong input: reserving what does not fit is our bug only for concurrency's count; the caller asks `fit` first.
public struct QuotaBook: Sendable {
    /// An account's place in the book.
    public struct AccountID: Sendable, Hashable {
        let index: Int
    }

    /// A reservation's name, unique for the life of the book; they rise in the order of granting.
    public struct ReservationID: Sendable, Hashable, Comparable {
        public let number: UInt64

        public static func < (a: ReservationID, b: ReservationID) -> Bool { a.number < b.number }
    }

    /// A reservation that is not settled.
    public struct OpenReservation: Sendable, Equatable {
        public struct Account: Sendable, Equatable {
            public let scope: QuotaScope
            public let limits: QuotaLimits
        }

        public let id: ReservationID
        public let demand: QuotaDemand
        public let accounts: [Account]
    }

    private struct Charge: Sendable {
        var account: Int
        var entries: [SlidingLog.Entry]
        var amounts: [Int]
    }

    private struct Reservation: Sendable {
        var demand: QuotaDemand
        var granted: MonotonicInstant
        var charges: [Charge]
    }

    private var accounts: [QuotaAccount] = []
    private var ids: [QuotaScope: AccountID] = [:]
    private var ofClients: [String: [QuotaScope: AccountID]] = [:]
    /// Places in `accounts` whose account is forgotten.
    private var free: [Int] = []
    /// Of what the configuration does not have at present.
    private var hidden: Set<Int> = []
    private var live: [UInt64: Reservation] = [:]
    private var last: UInt64 = 0

    public init() {}

    public var reservationCount: Int { live.count }

    /// The account of a scope, which is opened with these settings if it is new.
    public mutating func account(_ scope: QuotaScope, _ settings: QuotaAccountSettings) -> AccountID {
        if let id = ids[scope] { return id }
        let account = QuotaAccount(scope, settings)
        let id: AccountID
        if let index = free.popLast() {
            id = AccountID(index: index)
            accounts[index] = account
            hidden.remove(index)
        } else {
            id = AccountID(index: accounts.count)
            accounts.append(account)
        }
        ids[scope] = id
        if let client = scope.client { ofClients[client, default: [:]][scope] = id }
        return id
    }

    /// All accounts of a client.
    public func accounts(ofClient name: String) -> [QuotaScope: AccountID] { ofClients[name, default: [:]] }

    /// A hidden account keeps what it has, and is not shown.
    public mutating func setHidden(_ isHidden: Bool, _ id: AccountID) {
        if isHidden { hidden.insert(id.index) } else { hidden.remove(id.index) }
    }

    /// Whether nothing is reserved or used in it, so that a new one would be the same.
    public mutating func isIdle(_ id: AccountID, now: MonotonicInstant) -> Bool { accounts[id.index].isIdle(now: now) }

    /// Only an idle one that nobody asks for any more: its place is another one's then.
    public mutating func forget(_ id: AccountID) {
        let scope = accounts[id.index].scope
        precondition(ids[scope] == id && accounts[id.index].inUse == 0, "only an idle account is forgotten, once")
        ids[scope] = nil
        if let client = scope.client {
            ofClients[client]?[scope] = nil
            if ofClients[client]?.isEmpty == true { ofClients[client] = nil }
        }
        hidden.insert(id.index)
        free.append(id.index)
    }

    public func account(of scope: QuotaScope) -> AccountID? { ids[scope] }

    public var all: [QuotaScope: AccountID] { ids }

    // MARK: Reserving

    public mutating func fit(_ demand: QuotaDemand, in ids: [AccountID], now: MonotonicInstant) -> QuotaFit {
        var fit = QuotaFit.now
        for id in ids { fit = fit.and(accounts[id.index].fit(demand, now: now)) }
        return fit
    }

    /// Whether this share of every limit is left once the demand is taken.
    mutating func leaves(
        _ share: Double, beside demand: QuotaDemand, in ids: [AccountID], now: MonotonicInstant
    ) -> Bool {
        ids.allSatisfy { accounts[$0.index].leaves(share, beside: demand, now: now) }
    }

    /// The scope whose limit a demand can never meet.
    public mutating func scopeRefusing(_ demand: QuotaDemand, in ids: [AccountID], now: MonotonicInstant) -> QuotaScope?
    {
        for id in ids {
            if case .never = accounts[id.index].fit(demand, now: now) { return accounts[id.index].scope }
        }
        return nil
    }

    func leavesRoom(
        for promised: QuotaDemand, at instant: MonotonicInstant, beside demand: QuotaDemand, in ids: [AccountID],
        now: MonotonicInstant
    ) -> Bool {
        ids.allSatisfy { accounts[$0.index].leavesRoom(for: promised, at: instant, beside: demand, now: now) }
    }

    func spare(
        beside promised: QuotaDemand, at instant: MonotonicInstant, in ids: [AccountID], now: MonotonicInstant
    ) -> QuotaSpare {
        var spare = QuotaSpare()
        for id in ids { accounts[id.index].lower(&spare, beside: promised, at: instant, now: now) }
        return spare
    }

    func projected(
        _ demand: QuotaDemand, after ahead: Int, like typical: QuotaDemand, hold: Duration, in ids: [AccountID],
        now: MonotonicInstant
    ) -> MonotonicInstant {
        ids.reduce(now) {
            max($0, accounts[$1.index].projected(demand, after: ahead, like: typical, hold: hold, now: now))
        }
    }

    /// Takes the demand from all these accounts, after `fit` said `now`.
    public mutating func reserve(_ demand: QuotaDemand, in ids: [AccountID], now: MonotonicInstant) -> ReservationID {
        last += 1
        var charges: [Charge] = []
        charges.reserveCapacity(ids.count)
        for id in ids {
            let entries = accounts[id.index].take(demand, now: now)
            let amounts = entries.indices.map { accounts[id.index].windows[$0].log.amount(of: entries[$0]) ?? 0 }
            charges.append(Charge(account: id.index, entries: entries, amounts: amounts))
        }
        live[last] = Reservation(demand: demand, granted: now, charges: charges)
        return ReservationID(number: last)
    }

    /// When a request may go that is answered without an upstream: it takes its place among the requests, no tokens, and no room at once.
    public mutating func turn(in ids: [AccountID], now: MonotonicInstant) -> MonotonicInstant {
        ids.reduce(now) { max($0, accounts[$1.index].turn(now: now)) }
    }

    /// The request leaves the host only now. Where that took long, what it took counts from here: the upstream counts it when it arrives.
    /// True if it does: whoever keeps what was taken over a restart has to note the new time.
    @discardableResult
    public mutating func dispatched(_ id: ReservationID, now: MonotonicInstant) -> Bool {
        guard let reservation = live[id.number], now - reservation.granted > WindowBucket.guardTime / 4 else {
            return false
        }
        for index in reservation.charges.indices {
            let charge = reservation.charges[index]
            live[id.number]?.charges[index].entries = accounts[charge.account].move(
                charge.entries, amounts: charge.amounts, now: now)
        }
        live[id.number]?.granted = now
        return true
    }

    /// Says what became of it. False if that was said before.
    @discardableResult
    public mutating func settle(_ id: ReservationID, _ settlement: Settlement, now: MonotonicInstant) -> Bool {
        guard let reservation = live.removeValue(forKey: id.number) else { return false }
        for charge in reservation.charges {
            accounts[charge.account].settle(
                charge.entries, settlement, demand: reservation.demand, reserved: charge.amounts, now: now)
        }
        return true
    }

    /// What stands reserved in each window, for those who keep it over a restart.
    public func amounts(of id: ReservationID) -> [(scope: QuotaScope, metric: QuotaMetric, amount: Int)] {
        guard let reservation = live[id.number] else { return [] }
        return reservation.charges.flatMap { charge in
            let account = accounts[charge.account]
            return charge.amounts.indices.map { (account.scope, account.windows[$0].metric, charge.amounts[$0]) }
        }
    }

    /// What is granted and not settled, with its accounts and their limits, for a process that goes on with it.
    public var openReservations: [OpenReservation] {
        live.keys.sorted().compactMap { openReservation(ReservationID(number: $0)) }
    }

    /// Nil where it is settled.
    public func openReservation(_ id: ReservationID) -> OpenReservation? {
        guard let reservation = live[id.number] else { return nil }
        let held = reservation.charges.map { charge in
            OpenReservation.Account(
                scope: accounts[charge.account].scope, limits: accounts[charge.account].settings.limits)
        }
        return OpenReservation(id: id, demand: reservation.demand, accounts: held)
    }

    // MARK: Learning

    public mutating func close(_ id: AccountID, until: MonotonicInstant, now: MonotonicInstant) {
        accounts[id.index].close(until: until, now: now)
    }

    public mutating func open(_ id: AccountID) { accounts[id.index].open() }

    public mutating func complain(_ id: AccountID, now: MonotonicInstant) { accounts[id.index].complain(now: now) }

    /// The upstream's answer to a reservation's request came, with this about its limits. `account` is the one it speaks of.
    public mutating func learn(
        _ report: RateLimitReport, from id: ReservationID, about account: AccountID, now: MonotonicInstant
    ) {
        let charges = live[id.number]?.charges ?? []
        for charge in charges { accounts[charge.account].answered() }
        let entries = charges.first { $0.account == account.index }?.entries ?? []
        accounts[account.index].learn(report, sequence: id.number, entries: entries, now: now)
    }

    /// The limits that are configured, or that the provider has told.
    public func knownLimits(_ id: AccountID) -> QuotaLimits { accounts[id.index].knownLimits }

    public mutating func configure(_ id: AccountID, _ settings: QuotaAccountSettings) {
        accounts[id.index].configure(settings)
    }

    /// Continues with what an earlier process was told of an upstream's limits.
    public mutating func restore(_ limits: QuotaLimits, of id: AccountID, now: MonotonicInstant) {
        accounts[id.index].restore(limits, now: now)
    }

    /// Continues what an earlier process granted at `granted`.
    public mutating func restore(
        _ amount: Int, of metric: QuotaMetric, in id: AccountID, granted: MonotonicInstant
    ) {
        guard let index = accounts[id.index].windows.firstIndex(where: { $0.metric == metric }) else { return }
        accounts[id.index].windows[index].restore(amount, now: granted)
    }

    // MARK: Showing

    public func isLimited(_ id: AccountID) -> Bool { accounts[id.index].isLimited }
    /// Until when the gate is closed; `now` if it is open.
    public func opening(_ id: AccountID, now: MonotonicInstant) -> MonotonicInstant {
        accounts[id.index].opening(now: now)
    }

    public func inUse(_ id: AccountID) -> Int { accounts[id.index].inUse }

    public mutating func statuses(now: MonotonicInstant) -> [(scope: QuotaScope, status: QuotaAccount.Status)] {
        accounts.indices.filter { !hidden.contains($0) }.flatMap { index in
            accounts[index].statuses(now: now).map { (accounts[index].scope, $0) }
        }
    }
}
