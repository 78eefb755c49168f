import LLMGWCore
import LLMGWPolicy
import LLMGWStorage

/// Admits requests to the upstreams: the thin driver around `AdmissionController`, with the timers and those who wait.
///
/// It outlives changes of the configuration; `configure` brings limits, lanes and clients up to date, and what was granted stays granted.
@GatewayLoop
final class QuotaDesk {
    private struct LaneKey: Hashable {
        var deployment: String
        var provider: String
        var upstreamModel: String
    }

    /// Changed by the desk alone, and by what it does in the course of a succession.
    var controller = AdmissionController()
    let forecasts = TokenForecasts()
    let budgets: Budgets
    let scheduler: any LoopScheduler
    let journal: QuotaLog?
    /// Set while the daemon hands over to another one, which grants from then on.
    var succession: QuotaSuccession?
    private(set) var waiters: [WaitingTicket: QuotaWaiter] = [:]
    private var queues: [String: Int] = [:]
    /// Requests of the last day, before the start, of accounts that are not open yet.
    private var restoredDays: [QuotaScope: [(requests: Int, granted: MonotonicInstant)]] = [:]
    private var lanes: [LaneKey: LaneID] = [:]
    private var timer: (any ScheduledAction)?
    private var timerAt: MonotonicInstant?

    init(scheduler: any LoopScheduler, journal: QuotaLog? = nil, onBudget: @escaping BudgetAnnouncement) {
        self.scheduler = scheduler
        self.journal = journal
        self.budgets = Budgets(onChange: onBudget)
    }

    // MARK: Configuration

    func configure(_ configuration: GatewayConfiguration) {
        for provider in configuration.providers.values {
            let account = account(.provider(provider.name), provider.accountSettings)
            controller.change { $0.configure(account, provider.accountSettings) }
            budgets.configure(.provider(provider.name), provider.budgets)
            if let queue = queues[provider.name] {
                controller.setMaxWaiting(provider.maxQueue, queue: queue)
            } else {
                queues[provider.name] = controller.addQueue(provider.name, maxWaiting: provider.maxQueue)
            }
        }
        for model in configuration.models.values {
            let settings = QuotaAccountSettings(limits: model.limits)
            let account = account(.model(model.name), settings)
            controller.change { $0.configure(account, settings) }
            for deployment in model.deployments {
                guard let provider = configuration.providers[deployment.provider] else { continue }
                open(deployment, of: model, at: provider)
            }
        }
        pump()
    }

    private func open(_ deployment: DeploymentSettings, of model: ModelSettings, at provider: ProviderSettings) {
        var settings = provider.accountSettings
        settings.limits = deployment.limits
        settings.burst = nil
        let own = account(.deployment(model: model.name, name: deployment.name), settings)
        controller.change { $0.configure(own, settings) }
        settings.limits = QuotaLimits()
        let learned = account(.upstream(provider: provider.name, model: deployment.upstreamModel), settings)
        let key = LaneKey(
            deployment: "\(model.name)/\(deployment.name)", provider: provider.name,
            upstreamModel: deployment.upstreamModel)
        guard lanes[key] == nil, let queue = queues[provider.name] else { return }
        let shared = [account(.provider(provider.name), settings), account(.model(model.name), settings), own, learned]
        lanes[key] = controller.addLane(queue: queue, accounts: shared)
    }

    /// The account of a scope; a new one gets back what an earlier life of the daemon granted from it.
    func account(_ scope: QuotaScope, _ settings: @autoclosure () -> QuotaAccountSettings) -> QuotaBook.AccountID {
        if let account = controller.book.account(of: scope) { return account }
        let account = controller.account(scope, settings())
        for charge in journal?.takeRestored(of: scope) ?? [] {
            controller.change {
                $0.restore(charge.amount, of: charge.metric, in: account, granted: scheduler.now + (.zero - charge.age))
            }
        }
        for (requests, granted) in restoredDays.removeValue(forKey: scope) ?? [] {
            controller.change { $0.restore(requests, of: .requestsPerDay, in: account, granted: granted) }
        }
        return account
    }

    /// Requests of an earlier life, `age` ago; to be called in their order.
    func restoreDay(_ scope: QuotaScope, requests: Int, age: Duration) {
        let granted = scheduler.now + (.zero - age)
        if let account = controller.book.account(of: scope) {
            controller.change { $0.restore(requests, of: .requestsPerDay, in: account, granted: granted) }
        } else {
            restoredDays[scope, default: []].append((requests, granted))
        }
    }

    /// The client's own accounts for a request to a model.
    func accounts(of client: QuotaClient, model: String) -> [QuotaBook.AccountID] {
        let own = account(.client(client.name), QuotaAccountSettings(limits: client.settings.limits))
        guard let limits = client.settings.modelLimits[model] else { return [own] }
        return [own, account(.clientModel(client: client.name, model: model), QuotaAccountSettings(limits: limits))]
    }

    /// The client's section of the configuration is another one now, or says something else.
    func configure(_ client: QuotaClient) {
        budgets.configure(.client(client.name), client.settings.budgets)
        guard let own = controller.book.account(of: .client(client.name)) else { return }
        controller.change { book in
            book.configure(own, QuotaAccountSettings(limits: client.settings.limits))
            for (model, limits) in client.settings.modelLimits {
                if let account = book.account(of: .clientModel(client: client.name, model: model)) {
                    book.configure(account, QuotaAccountSettings(limits: limits))
                }
            }
        }
        pump()
    }

    // MARK: Asking

    func lane(of deployment: Deployment) -> LaneID {
        let key = LaneKey(
            deployment: "\(deployment.model)/\(deployment.settings.name)", provider: deployment.settings.provider,
            upstreamModel: deployment.settings.upstreamModel)
        guard let lane = lanes[key] else { preconditionFailure("every deployment has its lane") }
        return lane
    }

    /// Whether a request could go to this deployment without waiting, and leave this share of every limit.
    func hasRoom(_ deployment: Deployment, for demand: QuotaDemand, leaving share: Double = 0) -> Bool {
        controller.hasRoom(lane(of: deployment), for: demand, leaving: share, now: scheduler.now)
    }

    /// Admits a request that can go at once; nil if it would have to wait.
    func enterAtOnce(_ request: AdmissionRequest) -> AdmissionGrant? {
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
        controller.learn(report, from: grant, about: learned(deployment), now: scheduler.now)
        pump()
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

    // MARK: What upstreams and operators say

    private func learned(_ deployment: Deployment) -> QuotaBook.AccountID {
        account(
            .upstream(provider: deployment.settings.provider, model: deployment.settings.upstreamModel),
            QuotaAccountSettings())
    }

    /// Nobody goes there before `until`. Those who wait for it may look elsewhere.
    func close(_ deployment: Deployment, _ scope: FailureRule.Gate.Scope, until: MonotonicInstant) {
        let now = scheduler.now
        let account =
            switch scope {
            case .provider: account(.provider(deployment.settings.provider), QuotaAccountSettings())
            case .deployment: learned(deployment)
            }
        guard controller.book.opening(account, now: now) < until else { return }
        let wasOpen = controller.book.opening(account, now: now) <= now
        controller.change { $0.close(account, until: until, now: now) }
        guard wasOpen else { return pump() }
        for (ticket, waiter) in waiters where controller.uses(account, waiter.lane) && !waiter.mayStay() {
            leave(ticket, .success(nil))
        }
        pump()
    }

    /// An operator has reset what closed it.
    func open(_ deployment: Deployment) {
        let accounts = [learned(deployment), account(.provider(deployment.settings.provider), QuotaAccountSettings())]
        controller.change { book in for account in accounts { book.open(account) } }
        pump()
    }

    /// It refuses because of limits that it did not tell.
    func complained(_ deployment: Deployment) {
        let (account, now) = (learned(deployment), scheduler.now)
        controller.change { $0.complain(account, now: now) }
        pump()
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

    var journalStatus: StorageStatus? { journal?.status }

    /// Those of limits, in the order of their accounts.
    func statuses() -> [(scope: QuotaScope, status: QuotaAccount.Status)] { controller.statuses(now: scheduler.now) }

    func waiting(provider: String) -> Int { queues[provider].map { controller.waiting(queue: $0) } ?? 0 }

    func inFlight(provider: String) -> Int {
        controller.book.account(of: .provider(provider)).map { controller.book.inUse($0) } ?? 0
    }
}

extension ProviderSettings {
    fileprivate var accountSettings: QuotaAccountSettings {
        QuotaAccountSettings(limits: limits, countsMaximum: kind == .openai, smooths: true, burst: requestBurst)
    }
}
