import LLMGWCore
import LLMGWPolicy
import LLMGWWire
import Logging

/// One configuration at work. A reload makes the next one; calls that run stay with theirs to their end.
@GatewayLoop
final class GatewayGeneration {
    let configuration: GatewayConfiguration
    /// What connections that begin now are told.
    let limits: ConnectionLimits
    let services: GatewayServices
    let administrators: Administrators
    let registry: DeploymentRegistry
    let cache: ReplyCache
    let monitor: AlertMonitor
    private let checker: ActiveChecker

    /// Whatever of `previous` the new configuration leaves as it was goes on: its breakers, its places, its figures.
    init(_ configuration: GatewayConfiguration, _ state: GatewayState, succeeding previous: GatewayGeneration? = nil) {
        self.configuration = configuration
        self.limits = ConnectionLimits(maxStreams: UInt32(clamping: configuration.server.maxStreamsPerConnection))
        self.administrators = Administrators(configuration.server)
        let logger = state.logger
        let catalog = ModelCatalog(configuration)
        let events = state.events
        self.registry = DeploymentRegistry(
            configuration, scheduler: state.scheduler, pauses: state.pauses, succeeding: previous?.registry
        ) { scope, transition in
            logger.noteTransition(transition, of: scope)
            events.noteTransition(transition, of: scope)
        }
        let bounds = ReplyCache.Limits(configuration.cache)
        if let previous = previous?.cache {
            self.cache = previous
            previous.adapt(to: bounds)
        } else {
            let clock: CacheClock = { .nowWithSuspension }
            // The file is opened once; other settings for it need a restart.
            let disk = configuration.cache.disk.flatMap {
                CacheDisk(
                    path: $0.path, maxBytes: $0.maxBytes, scheduler: state.scheduler, clock: clock,
                    logger: state.logger, onChange: { events.noteCacheDisk($0) })
            }
            let cache = ReplyCache(
                bounds, scheduler: state.scheduler, clock: clock, counters: state.cacheCounters, disk: disk)
            self.cache = cache
            if disk != nil { GatewayLoop.start { await cache.warm() } }
        }
        state.cacheInspection = cache
        let addresses = CacheAddressBook(configuration)
        let pipeline = InferencePipeline(
            registry: registry, catalog: catalog, addresses: addresses, cache: cache, state: state)
        self.monitor = AlertMonitor(
            configuration.alerts, registry: registry, budgets: state.desk.budgets,
            webhooks: WebhookSender(transport: state.driver, scheduler: state.scheduler, logger: logger),
            scheduler: state.scheduler, logger: logger, events: events, succeeding: previous?.monitor)
        self.checker = ActiveChecker(
            registry: registry, client: state.client, scheduler: state.scheduler, logger: logger)
        let embeddings = EmbedService(
            pipeline: pipeline, defaults: configuration.defaults, statistics: state.statistics)
        let semantic = SemanticCache(
            configuration.cache.semantic, embeddings: embeddings, addresses: addresses, scheduler: state.scheduler)
        let chats = ChatService(
            pipeline: pipeline, defaults: configuration.defaults, statistics: state.statistics, semantic: semantic)
        self.services = GatewayServices(
            front: CacheFront(
                book: addresses, cache: cache, statistics: state.statistics, traces: state.traces,
                desk: state.desk),
            chats: chats, embeddings: embeddings,
            batches: BatchService(chats: chats, settings: configuration.server), catalog: catalog,
            meta: MetaService(limits: limits),
            admin: AdminService(configuration: configuration, registry: registry, state: state),
            resilience: ResilienceService(
                inspection: ResilienceInspector(
                    pipeline: pipeline, client: state.client, monitor: monitor, store: state.forcedStates),
                administrators: administrators),
            quota: QuotaService(inspection: state.quotaInspection, administrators: administrators),
            cache: CacheService(
                inspection: state.cacheInspection, quota: state.quotaInspection, administrators: administrators),
            host: HostService(control: { state.hostControl }, administrators: administrators),
            events: EventService(
                feed: state.eventFeed, quota: state.quotaInspection, administrators: administrators,
                accounts: state.accounts, scheduler: state.scheduler, end: state.drainSignal),
            observation: ObservationService(
                observation: state.requestObservation, quota: state.quotaInspection, administrators: administrators))
    }

    /// What an operator forced before the daemon started.
    func restore(_ store: ForcedStateStore) {
        registry.restore(store.load(), wallClock: UnixTime.now.milliseconds)
    }

    /// How many providers have a deployment that may be asked now.
    func openProviders(now: MonotonicInstant) -> Int {
        Set(registry.all.filter { registry.opening(of: $0, now: now) <= now }.map(\.settings.provider)).count
    }

    /// Another generation has taken over: nothing begins here by itself any more.
    func retire() {
        monitor.stop()
        checker.stop()
    }

    /// The daemon drains: what nobody asked for ends at once.
    func stopChecks() { checker.stop() }
}

extension Logger {
    fileprivate func noteTransition(_ transition: CircuitBreaker.Transition, of scope: String) {
        notice(
            "breaker",
            metadata: [
                "llmgw-scope": "\(scope)", "llmgw-from": "\(transition.from.rawValue)",
                "llmgw-to": "\(transition.to.rawValue)", "llmgw-cause": "\(transition.cause.rawValue)",
            ])
    }
}
