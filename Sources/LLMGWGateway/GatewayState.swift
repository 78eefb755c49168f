import LLMGWCore
import LLMGWHost
import LLMGWPolicy
import LLMGWStorage
import LLMGWUpstream
import Logging

/// What outlives a change of the configuration: the connections and calls, the figures, the way to the upstreams.
@GatewayLoop
final class GatewayState {
    let scheduler: any LoopScheduler
    let logger: Logger
    let logFigures: LogFigures
    let driver: CurlDriver
    let client: UpstreamClient
    let statistics = Statistics()
    let desk: QuotaDesk
    let clients: QuotaClients
    let pauses: Pauses
    let events: EventBroadcaster
    let observer: RequestObserver
    var reloads: ReloadFigures
    let usageBook: UsageBook
    let calls = CallTable()
    let traces = RequestTraceLog()
    let cacheCounters = CacheCounters()
    let idleMemory: IdleMemory
    let accounts: ClientAccounts
    let connections: ConnectionRegistry
    let flushes: FlushList
    /// Nil where nothing is kept over a restart.
    let forcedStates: ForcedStateStore?
    let started: MonotonicInstant
    /// The same in milliseconds since 1970.
    let startedAt: Int64
    let drainSignal = DrainSignal()
    var isDraining: Bool { drainSignal.isRaised }

    // What administration shows and steers. Nil where the gateway is built or configured without it.
    var quotaInspection: (any QuotaInspection)?
    var cacheInspection: (any CacheInspection)?
    weak var hostControl: (any HostControl)?
    var eventFeed: (any EventFeed)?
    var requestObservation: (any RequestObservation)?

    init(
        _ configuration: GatewayConfiguration, scheduler: any LoopScheduler, logger: Logger, logFigures: LogFigures
    ) throws(GatewayError) {
        let settings = configuration.server
        let events = EventBroadcaster()
        self.events = events
        self.scheduler = scheduler
        self.logger = logger
        self.logFigures = logFigures
        self.driver = try CurlDriver(submit: { scheduler.submit($0) })
        self.client = UpstreamClient(driver: driver, scheduler: scheduler)
        self.idleMemory = IdleMemory(calls: calls, scheduler: scheduler)
        self.flushes = FlushList(scheduler: scheduler)
        self.accounts = ClientAccounts(settings: settings)
        self.connections = ConnectionRegistry(settings: settings, scheduler: scheduler)
        self.forcedStates = settings.stateDirectory.map { ForcedStateStore(directory: $0, logger: logger) }
        self.started = scheduler.now
        self.startedAt = UnixTime.now.milliseconds
        self.reloads = ReloadFigures(readAt: startedAt)
        self.observer = RequestObserver(events: events, scheduler: scheduler)
        self.desk = QuotaDesk(
            scheduler: scheduler, journal: settings.stateDirectory.map { QuotaLog(directory: $0, logger: logger) },
            onBudget: { scope, state, budget in
                logger.noteBudget(scope, state, budget)
                events.noteBudget(scope, state, budget)
            }, onLimit: { events.noteLimit($0) })
        self.pauses = Pauses(scheduler: scheduler) { change in
            logger.notePause(change)
            events.notePause(change)
        }
        let usageBook = UsageBook(directory: settings.stateDirectory, scheduler: scheduler, logger: logger)
        self.usageBook = usageBook
        self.clients = QuotaClients(desk: desk, configuration) { usageBook.forget($0) }
        statistics.usageBook = usageBook
        statistics.observer = observer
        desk.configure(configuration)
        quotaInspection = QuotaInspector(self)
        eventFeed = events
        requestObservation = observer
    }
}

extension GatewayState {
    /// What is out of use though the daemon goes on.
    var storageProblems: [String] {
        ((usageBook.ledger.map { [$0.status] } ?? []) + desk.journalStatuses).compactMap { status in
            status.problem.map { "\(status.path): \($0)" }
        }
    }
}

extension Logger {
    fileprivate func noteBudget(_ scope: String, _ state: BudgetMeter.State, _ budget: BudgetSettings) {
        log(
            level: state == .exhausted ? .error : .warning, "budget",
            metadata: [
                "llmgw-scope": "\(scope)", "llmgw-state": "\(state.rawValue)",
                "llmgw-period": "\(budget.period.rawValue)",
            ])
    }
}
