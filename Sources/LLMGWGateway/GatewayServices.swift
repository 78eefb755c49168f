import LLMGWCore
import LLMGWWire

/// Gives every call to the service of its method.
@GatewayLoop
final class GatewayServices {
    private let front: CacheFront
    private let chats: ChatService
    private let embeddings: EmbedService
    private let batches: BatchService
    private let catalog: ModelCatalog
    private let meta: MetaService
    private let admin: AdminService
    private let resilience: ResilienceService
    private let quota: QuotaService
    private let cache: CacheService
    private let host: HostService
    private let events: EventService
    private let observation: ObservationService

    init(
        front: CacheFront, chats: ChatService, embeddings: EmbedService, batches: BatchService, catalog: ModelCatalog,
        meta: MetaService,
        admin: AdminService, resilience: ResilienceService, quota: QuotaService, cache: CacheService,
        host: HostService, events: EventService, observation: ObservationService
    ) {
        self.front = front
        self.chats = chats
        self.embeddings = embeddings
        self.batches = batches
        self.catalog = catalog
        self.meta = meta
        self.admin = admin
        self.resilience = resilience
        self.quota = quota
        self.cache = cache
        self.host = host
        self.events = events
        self.observation = observation
    }

    /// Every call ends through `call.finish`, here or in its service.
    func run(_ call: Call) {
        if front.answer(call) { return }
        switch call.method {
        case .chat: perform(call) { call throws(GatewayError) in try await self.chats.chat(call) }
        case .complete: perform(call) { call throws(GatewayError) in try await self.chats.complete(call) }
        case .embed: perform(call) { call throws(GatewayError) in try await self.embeddings.embed(call) }
        case .batch: perform(call) { call throws(GatewayError) in try await self.batches.batch(call) }
        case .testModels: perform(call) { call throws(GatewayError) in try await self.resilience.testModels(call) }
        case .getUsage: perform(call) { call throws(GatewayError) in try await self.quota.usage(call) }
        case .getCacheEntry: perform(call) { call throws(GatewayError) in try await self.cache.answer(call) }
        case .purgeCache: perform(call) { call throws(GatewayError) in try await self.cache.purge(call) }
        case .reload: perform(call) { call throws(GatewayError) in try await self.host.reload(call) }
        case .upgrade: perform(call) { call throws(GatewayError) in try await self.host.upgrade(call) }
        case .watchEvents: perform(call) { call throws(GatewayError) in try await self.events.watch(call) }
        case .ping, .getInfo, .getSchema, .listModels, .status, .listRequests, .cancelRequest, .getConfig,
            .listDeployments, .listBreakers, .setBreaker, .explain, .listAlerts, .listLimits, .listQueues,
            .listClients, .listBudgets, .getCacheStats, .drain, .pause, .resume, .listSlowRequests, .getLatency,
            .getMetrics:
            do throws(GatewayError) { try answer(call) } catch { call.finish(error) }
        }
    }

    private func perform(
        _ call: Call, _ service: @escaping @GatewayLoop (Call) async throws(GatewayError) -> Void
    ) {
        GatewayLoop.start {
            do throws(GatewayError) { try await service(call) } catch { call.finish(error) }
        }
    }

    /// Methods whose answer is known at once.
    private func answer(_ call: Call) throws(GatewayError) {
        switch call.method {
        case .ping: call.finish(try call.request(PingPayload.self))
        case .getInfo: call.finish(meta.info)
        case .getSchema: call.finish(meta.schema)
        case .listModels: call.finish(ModelList(models: catalog.list(for: call.execution.caller?.client)))
        case .status: call.finish(admin.status(for: call.peer))
        case .listRequests: call.finish(admin.requests(for: call.peer))
        case .cancelRequest:
            let outcome = try admin.cancel(try call.request(), for: call.peer)
            call.foundNothing = !outcome.found
            call.finish(outcome)
        case .getConfig: call.finish(try admin.configuration(for: call.peer))
        case .listDeployments: call.finish(resilience.deployments)
        case .listBreakers: call.finish(resilience.breakers)
        case .setBreaker:
            let outcome = try resilience.setBreaker(try call.request(), for: call.peer)
            call.foundNothing = !outcome.found
            call.finish(outcome)
        case .explain: call.finish(try resilience.explain(try call.request(), for: call.peer))
        case .listAlerts: call.finish(resilience.alerts)
        case .listLimits: call.finish(try quota.limits(for: call.peer))
        case .listQueues: call.finish(try quota.queues(for: call.peer))
        case .listClients: call.finish(try quota.clients(for: call.peer))
        case .listBudgets: call.finish(try quota.budgets(for: call.peer))
        case .getCacheStats: call.finish(try cache.statistics(for: call.peer))
        case .drain: call.finish(try host.drain(try call.request(), for: call.peer))
        case .pause: call.finish(try host.pause(try call.request(), for: call.peer))
        case .resume: call.finish(try host.resume(try call.request(), for: call.peer))
        case .listSlowRequests: call.finish(try observation.slowRequests(try call.request(), for: call.peer))
        case .getLatency: call.finish(try observation.latencies(try call.request(), for: call.peer))
        case .getMetrics: call.finish(try observation.metrics(try call.request(), for: call.peer))
        case .chat, .complete, .embed, .batch, .testModels, .getUsage, .getCacheEntry, .purgeCache, .reload,
            .upgrade, .watchEvents:
            preconditionFailure("these take their time")
        }
    }
}
