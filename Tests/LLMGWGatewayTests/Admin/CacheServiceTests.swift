import LLMGWCore
import LLMGWWire
import Testing

@testable import LLMGWGateway

@Suite("Administration of the cache: who sees and does what")
@GatewayLoop
struct CacheServiceTests {
    private let cache = CacheInMemory()
    private var service: CacheService {
        CacheService(inspection: cache, quota: QuotaInMemory(), administrators: Peers.administrators)
    }

    @Test func statistics() throws {
        #expect(try service.statistics(for: Peers.stranger).clients.map(\.name) == ["甲"])
        let all = try service.statistics(for: Peers.administrator)
        #expect(all.clients.map(\.name) == ["甲", "乙"])
        #expect(all.models.count == 1000, "an answer has its bounds")
    }

    @Test("One's own entry, or any for administrators; another's looks like none")
    func entries() async throws {
        #expect(try await service.answer(CacheEntryQuery(key: "own"), for: Peers.stranger).answer?.key == "own")
        #expect(try await service.answer(CacheEntryQuery(key: "shared"), for: Peers.stranger).answer == nil)
        #expect(try await service.answer(CacheEntryQuery(key: "none"), for: Peers.administrator).answer == nil)
        #expect(try await service.answer(CacheEntryQuery(key: "shared"), for: Peers.member).answer?.reply == nil)
        #expect(cache.asked.allSatisfy { !$0.withReply })
    }

    @Test("The answer itself is for administrators, also where it is one's own")
    func replies() async throws {
        let error = await #expect(throws: GatewayError.self) {
            try await service.answer(CacheEntryQuery(key: "own", withReply: true), for: Peers.stranger)
        }
        #expect(error?.reason == .permissionDenied)
        #expect(cache.asked.isEmpty)
        let query = CacheEntryQuery(key: "own", withReply: true)
        #expect(try await service.answer(query, for: Peers.administrator).answer?.reply == [1, 2])
    }

    @Test func purge() async throws {
        let error = await #expect(throws: GatewayError.self) {
            try await service.purge(.client("甲"), for: Peers.stranger)
        }
        #expect(error?.reason == .permissionDenied)
        #expect(cache.purged.isEmpty)
        #expect(try await service.purge(.tag("报告"), for: Peers.member).removed.map(\.entries) == [3])
        #expect(cache.purged == [.tag("报告")])
    }

    @Test(
        "A client is meant by its name, its uid or a scope, and nobody by anything else",
        arguments: [
            ("甲", ["uid/4003", "uid/4004"]), ("无", []), ("4003", ["uid/4003"]), ("uid/7", ["uid/7"]),
            ("group/100", ["group/100"]), ("shared", ["shared"]),
        ] as [(String, [String])])
    func purgeOfAClient(name: String, scopes: [String]) async throws {
        let report = try await service.purge(.client(name), for: Peers.administrator)
        #expect(cache.purged == scopes.map(CachePurge.client))
        #expect(report.removed.map(\.entries) == (scopes.isEmpty ? [] : [UInt64(3 * scopes.count)]))
    }

    @Test(arguments: ["乙", "uid/", "uid/x", "group", "", "-1"])
    func purgeOfNobody(name: String) async throws {
        let error = await #expect(throws: GatewayError.self) {
            try await service.purge(.client(name), for: Peers.administrator)
        }
        #expect(error?.reason == .invalidRequest)
        #expect(try #require(error).message.contains("there is no \"\(name)\""))
        #expect(cache.purged.isEmpty)
    }
}

@GatewayLoop
private final class CacheInMemory: CacheInspection {
    private(set) var asked: [CacheEntryQuery] = []
    private(set) var purged: [CachePurge] = []

    func statistics() -> CacheStatistics {
        CacheStatistics(
            models: (0..<1500).map { CacheCountsOf(name: "\($0)") },
            clients: [CacheCountsOf(name: "甲"), CacheCountsOf(name: "乙")])
    }

    func answer(_ key: String, withReply: Bool) async throws(GatewayError) -> CachedAnswer? {
        asked.append(CacheEntryQuery(key: key, withReply: withReply))
        let scopes = ["own": "uid/4003", "shared": "shared"]
        return scopes[key].map { CachedAnswer(key: key, scope: $0, reply: withReply ? [1, 2] : nil) }
    }

    func purge(_ purge: CachePurge) async throws(GatewayError) -> [CachePurgeCount] {
        purged.append(purge)
        return [CachePurgeCount(tier: .memory, entries: 3)]
    }
}
