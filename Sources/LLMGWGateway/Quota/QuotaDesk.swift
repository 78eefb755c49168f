import LLMGWCore
import LLMGWPolicy
import LLMGWStorage

/// Admits requests to the upstreams: the thin driver around `AdmissionController`, with the timers and those who wait.
///
/// It outlives changes of the configuration; `configure` brings limits, lanes and clients up to date, and what was granted stays granted.
@GatewayLoop
final class QuotaDesk {
    /// Changed by the desk alone, and by what it does in the course of a succession.
    var controller = AdmissionController()
    let forecasts = TokenForecasts()
    let budgets: Budgets
    let history: QuotaHistory
    let scheduler: any LoopScheduler
    let journal: QuotaLog?
    /// Set while the daemon hands over to another one, which grants from then on.
    var succession: QuotaSuccession?
    private(set) var waiters: [WaitingTicket: QuotaWaiter] = [:]
    var lanes = QuotaLanes()
    /// When what was told of an upstream's limits was written down last.
    private var limitsNoted: [QuotaBook.AccountID: MonotonicInstant] = [:]
    private var timer: (any ScheduledAction)?
    private var timerAt: MonotonicInstant?

    /// What was found out about an upstream's limits.
    enum LimitNews: Equatable {
        /// By its answers; `before` is what was known of it.
        case told(QuotaScope, QuotaMetric, Int, before: Int?)
        /// It refused for limits that it did not tell.
        case lowered(QuotaScope)
    }

    let onLimit: @GatewayLoop (LimitNews) -> Void

    init(
        scheduler: any LoopScheduler, journal: QuotaLog? = nil, onBudget: @escaping BudgetAnnouncement,
        onLimit: @escaping @GatewayLoop (LimitNews) -> Void = { _ in }
    ) {
        self.onLimit = onLimit
        self.scheduler = scheduler
        self.journal = journal
        self.history = QuotaHistory(journal: journal)
        self.budgets = Budgets(onChange: onBudget)
    }

    // MARK: Asking

    func lane(of deployment: Deployment) -> LaneID {
        guard let lane = lanes.lane(of: deployment.settings, model: deployment.model) else {
            preconditionFailure("every deployment has its lane")
        }
        return lane
    }

    /// Whether a request could go to this deployment without waiting, and leave this share of every limit.
    func hasRoom(_ deployment: Deployment, for demand: QuotaDemand, leaving share: Double = 0) -> Bool {
        controller.hasRoom(lane(of: deployment), for: demand, leaving: share, now: scheduler.now)
    }

    /// Admits a request that can go at once; nil if it would have to wait.
    func enterAtOnce(_ request: AdmissionRequest) -> AdmissionGrant? {
        // Another daemon would have to be asked.
        guard succession == nil else { return nil }
        pump()
        switch controller.enter(request, now: scheduler.now) {
        case .admitted(let grant):
            journal?.note(grant, controller.book)
            return grant
        case .waiting(let ticket, _):
            controller.leave(ticket, now: scheduler.now)
            return nil
        case .refused: return nil
        }
    }

    /// Waits until the request may go. Throws when it may not, is cancelled, or its time is up; nil when `mayStay` says that it had better look
    /// elsewhere, which is asked when the upstream closes its door.
    func enter(
        _ request: AdmissionRequest, _ execution: Execution, spending: HandedSpending? = nil,
        mayStay: @escaping @GatewayLoop () -> Bool, onWait: @escaping @GatewayLoop (QueueForecast) -> Void
    ) async throws(GatewayError) -> AdmissionGrant? {
        try execution.checkCancellation()
        if let succession { return try await enter(request, execution, spending, by: succession) }
        pump()
        let since = scheduler.now
        switch controller.enter(request, now: since) {
        case .admitted(let grant):
            journal?.note(grant, controller.book)
            return grant
        case .refused(let refusal):
            throw GatewayError(refusal)
        case .waiting(let ticket, let forecast):
            let waiter = QuotaWaiter(ticket, lane: request.lane, mayStay: mayStay)
            waiters[ticket] = waiter
            pump()
            if !waiter.isOver { onWait(forecast) }
            return try await wait(waiter, since, execution, onWait)
        }
    }

    private func wait(
        _ waiter: QuotaWaiter, _ since: MonotonicInstant, _ execution: Execution,
        _ onWait: @escaping @GatewayLoop (QueueForecast) -> Void
    ) async throws(GatewayError) -> AdmissionGrant? {
        let deadline = scheduler.schedule(at: execution.deadline) { [weak self] in
            self?.leave(waiter.ticket, .failure(.deadline(notProcessed: true)))
        }
        execution.interrupt = { [weak self] error in
            var error = error
            error.notProcessed = true
            if error.retry == .ambiguous { error.retry = .safe }
            self?.leave(waiter.ticket, .failure(error))
        }
        execution.onRaise = { [weak self] in self?.raise(waiter, to: $0) }
        let news = QuotaNews(scheduler) { [weak self] in
            guard let self, let forecast = controller.forecast(of: waiter.ticket, now: scheduler.now) else { return }
            onWait(forecast)
        }
        let outcome = await waiter.outcome()
        news.stop()
        deadline.cancel()
        execution.interrupt = nil
        execution.onRaise = nil
        execution.queueTime += scheduler.now - since
        switch outcome {
        case .failure(let error): throw error
        case .success(nil): return nil
        case .success(let grant?):
            guard let cancellation = execution.cancellation else { return grant }
            // Admitted and cancelled in the same turn of the loop.
            settleAttempt(grant, .notSent)
            settleRequest(grant, .notSent)
            throw cancellation
        }
    }

    private func raise(_ waiter: QuotaWaiter, to priority: Priority) {
        guard let ticket = controller.raise(waiter.ticket, to: priority) else { return }
        waiters[waiter.ticket] = nil
        waiters[ticket] = waiter
        waiter.ticket = ticket
        pump()
    }

    func leave(_ ticket: WaitingTicket, _ outcome: Result<AdmissionGrant?, GatewayError>) {
        guard let waiter = waiters.removeValue(forKey: ticket) else { return }
        controller.leave(ticket, now: scheduler.now)
        waiter.end(outcome)
        pump()
    }

    // MARK: After admission

    func dispatched(_ grant: AdmissionGrant) {
        for id in controller.dispatched(grant, now: scheduler.now) {
            journal?.move(id, controller.book)
            succession?.tell(.dispatched(id.number))
        }
    }

    /// The head of an answer is there.
    func learn(_ report: RateLimitReport, from grant: AdmissionGrant, at deployment: Deployment) {
        let account = learned(deployment)
        let before = controller.book.knownLimits(account)
        controller.learn(report, from: grant, about: account, now: scheduler.now)
        let after = controller.book.knownLimits(account)
        if !report.isEmpty { keep(after, isNew: after != before, of: account, at: deployment) }
        for metric in QuotaMetric.allCases {
            guard let limit = after[metric], limit != before[metric] else { continue }
            onLimit(.told(scope(learnedFrom: deployment), metric, limit, before: before[metric]))
        }
        pump()
    }

    /// Also what is not new, now and then: the record shall not grow old while it is true.
    private func keep(
        _ limits: QuotaLimits, isNew: Bool, of account: QuotaBook.AccountID, at deployment: Deployment
    ) {
        let now = scheduler.now
        guard let journal, isNew || limitsNoted[account].map({ now - $0 >= .seconds(3600) }) ?? true else { return }
        limitsNoted[account] = now
        journal.limits.note(limits, of: scope(learnedFrom: deployment), now: now)
    }

    func settleAttempt(_ grant: AdmissionGrant, _ settlement: Settlement) {
        journal?.settle(grant.attempt, settlement, grant.demand)
        if controller.settleAttempt(grant, settlement, now: scheduler.now) {
            succession?.tell(.settle(grant.attempt.number, settlement))
        }
        pump()
    }

    func settleRequest(_ grant: AdmissionGrant, _ settlement: Settlement) {
        if let request = grant.request { journal?.settle(request, settlement, grant.demand) }
        if controller.settleRequest(grant, settlement, now: scheduler.now), let request = grant.request {
            succession?.tell(.settle(request.number, settlement))
        }
        pump()
    }

    /// What was set aside in the budgets of these scopes was spent, or not.
    func settleSpending(_ reservation: BudgetReservation, costs: [Cost]?, in scopes: [QuotaScope]) {
        budgets.settle(reservation, costs: costs, in: scopes)
        succession?.tell(.spent(reservation.number, scopes, costs: costs))
    }

    // MARK: Letting go who may

    func pump() {
        guard succession == nil else { return }
        while let action = controller.next(now: scheduler.now) {
            switch action {
            case .admit(let ticket, let grant):
                journal?.note(grant, controller.book)
                guard let waiter = waiters.removeValue(forKey: ticket) else {
                    preconditionFailure("who is admitted waits")
                }
                waiter.end(.success(grant))
            case .refuse(let ticket, let refusal):
                waiters.removeValue(forKey: ticket)?.end(.failure(GatewayError(refusal)))
            }
        }
        let wake = controller.wake
        guard wake != timerAt else { return }
        timer?.cancel()
        timerAt = wake
        timer = wake.map { instant in
            scheduler.schedule(at: instant) { [weak self] in
                self?.timerAt = nil
                self?.pump()
            }
        }
    }

    // MARK: Showing

    var waitingCount: Int { controller.totalWaiting.count }

    var journalStatuses: [StorageStatus] { journal?.statuses ?? [] }

    /// Those of limits, in the order of their accounts.
    func statuses() -> [(scope: QuotaScope, status: QuotaAccount.Status)] { controller.statuses(now: scheduler.now) }

    func waiting(provider: String) -> Int { lanes.queue(of: provider).map { controller.waiting(queue: $0) } ?? 0 }

    func inFlight(provider: String) -> Int {
        controller.book.account(of: .provider(provider)).map { controller.book.inUse($0) } ?? 0
    }
}
