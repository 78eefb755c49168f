import LLMGWCore
import LLMGWWire
import Testing

@testable import LLMGWGateway

@Suite("Administration of quota: who sees what")
@GatewayLoop
struct QuotaServiceTests {
    private let quota = QuotaInMemory()
    private var service: QuotaService {
        QuotaService(inspection: quota, administrators: Peers.administrators)
    }

    @Test("Of the clients' buckets, one's own; shared ones are everybody's")
    func limits() throws {
        let shared = ["provider/p", "model/甲", "deployment/m/a"]
        let own = ["client/甲", "client/甲/model/大", "client/uid/4003", "client/uid/4003/model/m"]
        let others = ["client/甲乙", "client/乙", "client/uid/40030", "client/uid/4001/model/甲", "client/乙/model/甲"]
        quota.limitScopes = shared + own + others
        #expect(try service.limits(for: Peers.stranger).limits.map(\.scope) == shared + own)
        for peer in [Peers.administrator, Peers.member] {
            #expect(try service.limits(for: peer).limits.map(\.scope) == quota.limitScopes)
        }
    }

    @Test("What an account spends in all is not everybody's business")
    func budgets() throws {
        quota.budgetScopes = ["provider/p", "client/甲", "client/乙"]
        #expect(try service.budgets(for: Peers.stranger).budgets.map(\.scope) == ["client/甲"])
        #expect(try service.budgets(for: Peers.administrator).budgets.map(\.scope) == quota.budgetScopes)
    }

    @Test func queuesAndClients() throws {
        let own = try service.queues(for: Peers.stranger)
        #expect(own.queues.map(\.uid) == [4003])
        #expect(own.waiting == 2 && own.maxWaiting == 9, "how long the queue is, everybody may know")
        #expect(try service.queues(for: Peers.member).queues.count == 2)
        #expect(try service.clients(for: Peers.stranger).clients.map(\.uid) == [4003])
        #expect(try service.clients(for: Peers.administrator).clients.count == 2)
    }

    @Test func usage() async throws {
        let query = UsageReportQuery(by: [.day], client: "乙")
        #expect(try await service.usage(query, for: Peers.stranger).truncated)
        _ = try await service.usage(query, for: Peers.administrator)
        #expect(quota.asked.map(\.clients) == [["甲", "uid/4003"], nil])
        #expect(quota.asked.map(\.query) == [query, query])
    }

    @Test(arguments: [
        (UsageReportQuery(by: [.day, .model, .day]), "by:"),
        (UsageReportQuery(from: UnixTime(milliseconds: 5), to: UnixTime(milliseconds: 5)), "to_unix_ms:"),
        (UsageReportQuery(rows: 10_001), "max_rows:"),
    ])
    func aQuestionWithoutMeaningIsRefused(_ query: UsageReportQuery, place: String) async {
        let error = await #expect(throws: GatewayError.self) {
            try await service.usage(query, for: Peers.administrator)
        }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.message.hasPrefix(place) == true)
        #expect(quota.asked.isEmpty)
    }
}
