public import LLMGWCore

/// Decides which request may go to an upstream, and when: all limits that concern it must have room, and it must be its turn.
///
/// For each provider there is a fair queue. A request that fits, and before which nobody waits that could go, goes at once; the others wait.
/// Bands are strict, except that each lower one gets a twentieth of the service while it waits. A request that is larger than what is left
/// gets the promise of the moment when it fits; until then smaller ones go that leave the promise intact, also those behind it in its own
/// flow. Whose own limits are used up does not hold up others.
///
/// A request is admitted, waiting, or refused (terminal); a waiting one is admitted, refused or leaves (terminal for the queue); what was
/// granted is settled once. Wrong input: settling twice, and tickets that are gone, are races and change nothing.
///
/// A decision costs O(log n): it looks at a few requests in each band, and a newcomer that finds others waiting in vain is
/// looked at alone.
public struct AdmissionController: Sendable {
    public enum Entry: Sendable, Equatable {
        case admitted(AdmissionGrant)
        case waiting(WaitingTicket, QueueForecast)
        case refused(AdmissionRefusal)
    }

    public enum Action: Sendable, Equatable {
        case admit(WaitingTicket, AdmissionGrant)
        case refuse(WaitingTicket, AdmissionRefusal)
    }

    public internal(set) var book = QuotaBook()
    var queues: [ProviderQueue] = []

    public init() {}

    // MARK: Setting up

    /// A queue for a provider, in which at most `maxWaiting` requests wait.
    public mutating func addQueue(_ name: String, maxWaiting: Int) -> Int {
        queues.append(ProviderQueue(name: name, maxWaiting: maxWaiting))
        return queues.count - 1
    }

    public mutating func addLane(queue: Int, accounts: [QuotaBook.AccountID]) -> LaneID {
        LaneID(queue: queue, lane: queues[queue].addLane(accounts))
    }

    public mutating func setMaxWaiting(_ limit: Int, queue: Int) { queues[queue].maxWaiting = limit }

    public mutating func account(_ scope: QuotaScope, _ settings: QuotaAccountSettings) -> QuotaBook.AccountID {
        book.account(scope, settings)
    }

    // MARK: Looking

    public func waiting(queue: Int) -> Int { queues[queue].fair.count }

    /// Requests that wait in all queues, and how many may.
    public var totalWaiting: (count: Int, most: Int) {
        queues.reduce((0, 0)) { ($0.0 + $1.fair.count, $0.1 + $1.maxWaiting) }
    }

    /// A client's requests that wait, by priority.
    public func waiting(of client: ClientID) -> [ClientWaiting] {
        var byPriority: [Priority: ClientWaiting] = [:]
        for queue in queues {
            for (flow, head) in queue.fair.heads(client: client.index) {
                let priority = head.request.priority
                var waiting =
                    byPriority[priority]
                    ?? ClientWaiting(priority: priority, count: 0, since: head.since, counter: 0)
                waiting.count += flow.count
                waiting.since = min(waiting.since, head.since)
                waiting.counter = max(waiting.counter, queue.fair.clients[client.index].counter)
                byPriority[priority] = waiting
            }
        }
        return byPriority.values.sorted { $0.priority.rawValue < $1.priority.rawValue }
    }

    public mutating func statuses(now: MonotonicInstant) -> [(scope: QuotaScope, status: QuotaAccount.Status)] {
        book.statuses(now: now)
    }

    public mutating func isIdle(_ account: QuotaBook.AccountID, now: MonotonicInstant) -> Bool {
        book.isIdle(account, now: now)
    }

    /// Whether requests of the lane need the account.
    public func uses(_ account: QuotaBook.AccountID, _ lane: LaneID) -> Bool {
        queues[lane.queue].lanes[lane.lane].accounts.contains(account)
    }

    /// Whether a request of this size could go through the lane without waiting, as far as its client lets it, and leave this share of every
    /// limit.
    public mutating func hasRoom(
        _ lane: LaneID, for demand: QuotaDemand, leaving share: Double = 0, now: MonotonicInstant
    ) -> Bool {
        let accounts = queues[lane.queue].lanes[lane.lane].accounts
        return queues[lane.queue].fair.count == 0 && book.fit(demand, in: accounts, now: now) == .now
            && (share == 0 || book.leaves(share, beside: demand, in: accounts, now: now))
    }

    // MARK: Requests

    /// To be asked when `next` has nothing to do: those who wait come first.
    public mutating func enter(_ request: AdmissionRequest, now: MonotonicInstant) -> Entry {
        let (queue, accounts) = (request.lane.queue, self.accounts(of: request))
        let fit = book.fit(request.demand, in: accounts, now: now)
        if case .never(let metric, let limit) = fit { return .refused(tooLarge(request, metric, limit, now)) }
        if queues[queue].fair.count == 0, fit == .now {
            queues[queue].fair.pass(
                client: request.client.index, weight: request.weight, cost: request.demand.weight)
            return .admitted(grant(request, now: now))
        }
        let (refusal, forecast) = (refusal(of: request, now: now), forecast(of: request, now: now))
        let (ticket, isFirst) = queues[queue].insert(WaitingRequest(request: request, since: now))
        if let grant = tryNewcomer(ticket, isFirst: isFirst, queue, now: now) { return .admitted(grant) }
        // Only who would have to wait asks for a place in the queue, and for the time.
        if let refusal {
            _ = queues[queue].remove(ticket)
            return .refused(refusal)
        }
        return .waiting(WaitingTicket(queue: queue, ticket: ticket), forecast)
    }

    /// Grants without looking, where somebody else decides whether there is room.
    public mutating func admit(_ request: AdmissionRequest, now: MonotonicInstant) -> AdmissionGrant {
        grant(request, now: now)
    }

    /// When a request may be answered that needs no upstream, and only counts among its client's; if that is now, it is counted: the reservation
    /// is there to be written down, and to be settled with `settlePassed`.
    public mutating func pass(
        in accounts: [QuotaBook.AccountID], now: MonotonicInstant
    ) -> (turn: MonotonicInstant, taken: QuotaBook.ReservationID?) {
        let turn = book.turn(in: accounts, now: now)
        return (turn, turn > now ? nil : book.reserve(QuotaDemand(inputTokens: 0), in: accounts, now: now))
    }

    /// It is answered: nothing but its place among the requests was taken.
    public mutating func settlePassed(_ id: QuotaBook.ReservationID, now: MonotonicInstant) {
        book.settle(id, .refused, now: now)
    }

    /// The waiting request gives up. False if it does not wait any more.
    @discardableResult
    public mutating func leave(_ ticket: WaitingTicket, now: MonotonicInstant) -> Bool {
        guard queues[ticket.queue].remove(ticket.ticket) != nil else { return false }
        queues[ticket.queue].touch()
        return true
    }

    /// The waiting request goes on in a higher band, as the last of its client there; since when it waits stays as it was. Nil if it does
    /// not wait any more, or already waits in that band or a higher one.
    public mutating func raise(_ ticket: WaitingTicket, to priority: Priority) -> WaitingTicket? {
        guard var waiting = queues[ticket.queue].fair[ticket.ticket], priority.band < waiting.request.priority.band,
            queues[ticket.queue].remove(ticket.ticket) != nil
        else { return nil }
        waiting.request.priority = priority
        let raised = queues[ticket.queue].insert(waiting).0
        queues[ticket.queue].touch()
        return WaitingTicket(queue: ticket.queue, ticket: raised)
    }

    /// The next thing to do for those who wait, until there is none; then nothing changes before `wake`.
    public mutating func next(now: MonotonicInstant) -> Action? {
        for queue in queues.indices where queues[queue].mayMove(now: now) {
            if let action = scan(queue, now: now) { return action }
        }
        return nil
    }

    /// When to ask for `next` again, if nothing happens before.
    public var wake: MonotonicInstant? {
        queues.compactMap { $0.fair.count > 0 ? $0.blockedUntil : nil }.min().flatMap {
            $0 == .distantFuture ? nil : $0
        }
    }

    /// What a request would be told now.
    public func forecast(of request: AdmissionRequest, now: MonotonicInstant) -> QueueForecast {
        forecast(of: request, after: queues[request.lane.queue].ahead(of: request), now: now)
    }

    public func forecast(of ticket: WaitingTicket, now: MonotonicInstant) -> QueueForecast? {
        guard let waiting = queues[ticket.queue].fair[ticket.ticket] else { return nil }
        return forecast(of: waiting.request, after: queues[ticket.queue].fair.ahead(of: ticket.ticket), now: now)
    }

    private func forecast(of request: AdmissionRequest, after ahead: Int, now: MonotonicInstant) -> QueueForecast {
        let hold = queues[request.lane.queue].hold
        return QueueForecast(ahead: ahead, wait: expected(request, after: ahead, hold: hold, now: now) - now)
    }

    // MARK: What another daemon granted

    /// Takes it from all these accounts, whatever room they have.
    public mutating func reserve(
        _ demand: QuotaDemand, in accounts: [QuotaBook.AccountID], now: MonotonicInstant
    ) -> QuotaBook.ReservationID {
        book.reserve(demand, in: accounts, now: now)
    }

    public mutating func fit(
        _ demand: QuotaDemand, in accounts: [QuotaBook.AccountID], now: MonotonicInstant
    ) -> QuotaFit {
        book.fit(demand, in: accounts, now: now)
    }

    public mutating func dispatched(_ id: QuotaBook.ReservationID, now: MonotonicInstant) -> Bool {
        book.dispatched(id, now: now)
    }

    // MARK: After admission

    /// The request leaves the host. Returns the reservations that count from now on, because it was granted well before.
    @discardableResult
    public mutating func dispatched(_ grant: AdmissionGrant, now: MonotonicInstant) -> [QuotaBook.ReservationID] {
        [grant.attempt, grant.request].compactMap { $0 }.filter { book.dispatched($0, now: now) }
    }

    /// The attempt is over. False if that was said before.
    @discardableResult
    public mutating func settleAttempt(_ grant: AdmissionGrant, _ settlement: Settlement, now: MonotonicInstant) -> Bool
    {
        guard book.settle(grant.attempt, settlement, now: now) else { return false }
        queues[grant.lane.queue].ended(after: now - grant.granted)
        let correction = settlement.weight(of: grant.demand) - grant.demand.weight
        queues[grant.lane.queue].fair.charge(client: grant.client.index, cost: correction)
        touch()
        return true
    }

    /// The request is over: what it took of its client's own limits. False if that was said before, or it took nothing.
    @discardableResult
    public mutating func settleRequest(_ grant: AdmissionGrant, _ settlement: Settlement, now: MonotonicInstant) -> Bool
    {
        guard let request = grant.request, book.settle(request, settlement, now: now) else { return false }
        for queue in queues.indices { queues[queue].fair.unpark(client: grant.client.index) }
        touch()
        return true
    }

    // MARK: What upstreams and operators say

    public mutating func learn(
        _ report: RateLimitReport, from grant: AdmissionGrant, about account: QuotaBook.AccountID, now: MonotonicInstant
    ) {
        book.learn(report, from: grant.attempt, about: account, now: now)
        touch()
    }

    /// Changes the book; whoever waits is looked at anew.
    public mutating func change(_ body: (inout QuotaBook) -> Void) {
        body(&book)
        for queue in queues.indices { queues[queue].unparkAll() }
        touch()
    }

    /// Its number may be another client's from now on.
    public mutating func forget(_ client: ClientID) {
        for queue in queues.indices { queues[queue].fair.forget(client: client.index) }
    }

    mutating func touch() {
        for queue in queues.indices { queues[queue].touch() }
    }
}

extension Priority {
    /// 0 is served first.
    var band: Int { Int(rawValue) - 1 }
}

extension Settlement {
    /// What the fair queue charges in the end for what it had charged as `demand`.
    func weight(of demand: QuotaDemand) -> Double {
        switch self {
        case .notSent, .refused: return 0
        case .unknown: return demand.weight
        case .interrupted(let output):
            return QuotaDemand(inputTokens: demand.inputTokens, outputTokens: output).weight
        case .used(let usage):
            let input = usage.inputTokens.map { Int(clamping: $0) } ?? demand.inputTokens
            let output = usage.outputTokens.map { Int(clamping: $0) } ?? demand.outputTokens
            return QuotaDemand(inputTokens: input, outputTokens: output).weight
        }
    }
}
