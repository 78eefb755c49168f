import LLMGWCore
import LLMGWWire

/// Gives every call to the service of its method.
@GatewayLoop
final class GatewayServices {
    private let chats: ChatService
    private let embeddings: EmbedService
    private let batches: BatchService
    private let catalog: ModelCatalog
    private let meta: MetaService
    private let admin: AdminService
    private let resilience: ResilienceService

    init(
        chats: ChatService, embeddings: EmbedService, batches: BatchService, catalog: ModelCatalog, meta: MetaService,
        admin: AdminService, resilience: ResilienceService
    ) {
        self.chats = chats
        self.embeddings = embeddings
        self.batches = batches
        self.catalog = catalog
        self.meta = meta
        self.admin = admin
        self.resilience = resilience
    }

    /// Every call ends through `call.finish`, here or in its service.
    func run(_ call: Call) {
        switch call.method {
        case .chat: perform(call) { call throws(GatewayError) in try await self.chats.chat(call) }
        case .complete: perform(call) { call throws(GatewayError) in try await self.chats.complete(call) }
        case .embed: perform(call) { call throws(GatewayError) in try await self.embeddings.embed(call) }
        case .batch: perform(call) { call throws(GatewayError) in try await self.batches.batch(call) }
        case .testModels: perform(call) { call throws(GatewayError) in try await self.resilience.testModels(call) }
        case .ping, .getInfo, .getSchema, .listModels, .status, .listRequests, .cancelRequest, .getConfig,
            .listDeployments,
            .listBreakers, .setBreaker, .explain, .listAlerts:
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
        case .listModels: call.finish(ModelList(models: catalog.list))
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
        case .chat, .complete, .embed, .batch, .testModels: preconditionFailure("these take their time")
        }
    }
}
