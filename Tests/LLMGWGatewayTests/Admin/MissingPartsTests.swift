import LLMGWCore
import LLMGWWire
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("Parts that the gateway is without")
@GatewayLoop
struct MissingPartsTests {
    private let peer = Peers.administrator

    private func expectMissing(_ method: Method, _ ask: () async throws(GatewayError) -> Void) async {
        let error = await #expect(throws: GatewayError.self) { try await ask() }
        #expect(error?.reason == .unknownMethod && error?.code == .unimplemented)
        #expect(error?.message.contains(method.operation) == true, "\(error?.message ?? "")")
    }

    @Test func quota() async {
        let (service, peer) = (QuotaService(inspection: nil, administrators: Peers.administrators), peer)
        await expectMissing(.listLimits) { () throws(GatewayError) in _ = try service.limits(for: peer) }
        await expectMissing(.listQueues) { () throws(GatewayError) in _ = try service.queues(for: peer) }
        await expectMissing(.listClients) { () throws(GatewayError) in _ = try service.clients(for: peer) }
        await expectMissing(.getUsage) { () throws(GatewayError) in
            _ = try await service.usage(UsageReportQuery(), for: peer)
        }
        await expectMissing(.listBudgets) { () throws(GatewayError) in _ = try service.budgets(for: peer) }
    }

    @Test func cache() async {
        let service = CacheService(inspection: nil, quota: nil, administrators: Peers.administrators)
        let peer = peer
        await expectMissing(.getCacheStats) { () throws(GatewayError) in _ = try service.statistics(for: peer) }
        await expectMissing(.getCacheEntry) { () throws(GatewayError) in
            _ = try await service.answer(CacheEntryQuery(key: "00"), for: peer)
        }
        await expectMissing(.purgeCache) { () throws(GatewayError) in
            _ = try await service.purge(.all, for: peer)
        }
    }

    @Test func host() async {
        let (service, peer) = (HostService(control: { nil }, administrators: Peers.administrators), peer)
        await expectMissing(.reload) { () throws(GatewayError) in
            _ = try await service.reload(ReloadCommand(), for: peer)
        }
        await expectMissing(.upgrade) { () throws(GatewayError) in
            _ = try await service.upgrade(UpgradeCommand(), for: peer)
        }
        await expectMissing(.drain) { () throws(GatewayError) in _ = try service.drain(DrainCommand(), for: peer) }
        await expectMissing(.pause) { () throws(GatewayError) in _ = try service.pause(PauseCommand(), for: peer) }
        await expectMissing(.resume) { () throws(GatewayError) in _ = try service.resume(ResumeCommand(), for: peer) }
    }

    @Test func eventsAndObservation() async {
        let observation = ObservationService(observation: nil, quota: nil, administrators: Peers.administrators)
        let events = EventService(
            feed: nil, quota: nil, administrators: Peers.administrators,
            accounts: ClientAccounts(settings: ServerSettings()), scheduler: ManualScheduler(), end: DrainSignal())
        let peer = peer
        await expectMissing(.watchEvents) { () throws(GatewayError) in
            let execution = Execution(
                requestID: RequestID(number: 1), started: MonotonicInstant(nanoseconds: 0), deadline: .distantFuture)
            _ = try await events.run(
                EventWatch(filter: EventFilter()) { _ in false }, for: peer, execution, until: nil, begun: {})
        }
        await expectMissing(.listSlowRequests) { () throws(GatewayError) in
            _ = try observation.slowRequests(SlowRequestQuery(), for: peer)
        }
        await expectMissing(.getLatency) { () throws(GatewayError) in
            _ = try observation.latencies(LatencyQuery(), for: peer)
        }
        await expectMissing(.getMetrics) { () throws(GatewayError) in
            _ = try observation.metrics(MetricsQuery(), for: peer)
        }
    }
}
