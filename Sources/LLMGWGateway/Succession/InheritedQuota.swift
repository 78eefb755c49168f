import LLMGWCore
import LLMGWPolicy

/// What the daemon before this one has granted and not settled: it counts here like what this one grants, until that one says what became of it.
///
/// A number that is not known is a race, or a message that was sent twice; it changes nothing.
@GatewayLoop
final class InheritedQuota {
    /// How long a request waits that waits for another one's end.
    private static let patience = Duration.milliseconds(50)

    private struct Held {
        var id: QuotaBook.ReservationID
        var demand: QuotaDemand
    }

    private let desk: QuotaDesk
    private var reservations: [UInt64: Held] = [:]
    private var spendings: [UInt64: (reservation: BudgetReservation, scopes: Set<QuotaScope>)] = [:]

    init(desk: QuotaDesk) {
        self.desk = desk
    }

    func take(_ reservation: HandedReservation) {
        guard reservations[reservation.number] == nil else { return }
        let accounts = accounts(of: reservation)
        let id = desk.reserve(reservation.demand, in: accounts)
        reservations[reservation.number] = Held(id: id, demand: reservation.demand)
    }

    func take(_ spending: HandedSpending) {
        guard spendings[spending.number] == nil else { return }
        let reservation = desk.budgets.inherit(spending.cost, in: spending.scopes)
        spendings[spending.number] = (reservation, Set(spending.scopes))
    }

    /// Nil where it may go, and is reserved.
    func wait(for asked: [HandedReservation], _ spending: HandedSpending?) -> SuccessionMessage? {
        guard let number = asked.first?.number else { return nil }
        var fit = QuotaFit.now
        for reservation in asked { fit = fit.and(desk.fit(reservation.demand, in: accounts(of: reservation))) }
        switch fit {
        case .never: return .denied(number)
        case .onRelease: return .wait(number, Self.patience)
        case .at(let instant, _): return .wait(number, max(Self.patience, instant - desk.scheduler.now))
        case .now: break
        }
        if let spending, spendings[spending.number] == nil {
            do throws(GatewayError) {
                // Its room is looked for, and given back at once: what is inherited is kept in another way.
                let room = try desk.budgets.reserve(spending.cost, in: spending.scopes)
                desk.budgets.settle(room, costs: [], in: spending.scopes)
            } catch {
                return .denied(number)
            }
            take(spending)
        }
        for reservation in asked { take(reservation) }
        return nil
    }

    func dispatched(_ number: UInt64) {
        if let held = reservations[number] { desk.dispatched(held.id) }
    }

    func settle(_ number: UInt64, _ settlement: Settlement) {
        guard let held = reservations.removeValue(forKey: number) else { return }
        desk.settle(held.id, settlement, held.demand)
    }

    func spent(_ number: UInt64, _ scopes: [QuotaScope], _ costs: [Cost]?) {
        guard let spending = spendings[number] else { return }
        let scopes = scopes.filter { spending.scopes.contains($0) }
        desk.settleSpending(spending.reservation, costs: costs, in: scopes)
        spendings[number]?.scopes.subtract(scopes)
        if spendings[number]?.scopes.isEmpty == true { spendings[number] = nil }
    }

    /// The other daemon has ended: what it has not settled, nobody will.
    func closed() {
        for number in reservations.keys { settle(number, .unknown) }
        for (number, spending) in spendings { spent(number, Array(spending.scopes), nil) }
    }

    private func accounts(of reservation: HandedReservation) -> [QuotaBook.AccountID] {
        reservation.accounts.map { desk.account($0.scope, QuotaAccountSettings(limits: $0.limits)) }
    }
}

extension QuotaDesk {
    /// Whatever room there is: the daemon before this one has granted it.
    fileprivate func reserve(_ demand: QuotaDemand, in accounts: [QuotaBook.AccountID]) -> QuotaBook.ReservationID {
        let now = scheduler.now
        let id = controller.reserve(demand, in: accounts, now: now)
        journal?.note(id, controller.book)
        return id
    }

    fileprivate func fit(_ demand: QuotaDemand, in accounts: [QuotaBook.AccountID]) -> QuotaFit {
        controller.fit(demand, in: accounts, now: scheduler.now)
    }

    fileprivate func dispatched(_ id: QuotaBook.ReservationID) {
        if controller.dispatched(id, now: scheduler.now) { journal?.move(id, controller.book) }
    }

    fileprivate func settle(_ id: QuotaBook.ReservationID, _ settlement: Settlement, _ demand: QuotaDemand) {
        let now = scheduler.now
        journal?.settle(id, settlement, demand)
        controller.change { $0.settle(id, settlement, now: now) }
        pump()
    }
}
