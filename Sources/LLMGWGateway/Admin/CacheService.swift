import LLMGWCore
import LLMGWPolicy
import LLMGWWire

/// What people see of the cache, and where administrators have it forget.
@GatewayLoop
final class CacheService {
    /// Rows of one table of the statistics.
    private static let maxRows = 1000

    private let inspection: (any CacheInspection)?
    private let quota: (any QuotaInspection)?
    private let administrators: Administrators

    /// `inspection` is nil where the gateway has no cache; `quota` says which clients are whose.
    init(inspection: (any CacheInspection)?, quota: (any QuotaInspection)?, administrators: Administrators) {
        self.inspection = inspection
        self.quota = quota
        self.administrators = administrators
    }

    func statistics(for peer: PeerIdentity) throws(GatewayError) -> CacheStatistics {
        var statistics = try inspection.required(for: .getCacheStats).statistics()
        if !administrators.contains(peer) {
            let own = quota?.clientNames(uid: peer.uid) ?? []
            statistics.clients.removeAll { !own.contains($0.name) }
        }
        statistics.models = Array(statistics.models.prefix(Self.maxRows))
        statistics.clients = Array(statistics.clients.prefix(Self.maxRows))
        return statistics
    }

    func answer(_ call: Call) async throws(GatewayError) {
        call.finish(try await answer(try call.request(), for: call.peer))
    }

    /// Other users' entries look the same as those that do not exist.
    func answer(_ query: CacheEntryQuery, for peer: PeerIdentity) async throws(GatewayError) -> CachedAnswerOutcome {
        let inspection = try inspection.required(for: .getCacheEntry)
        if query.withReply { try administrators.require(peer, for: "GetCacheEntry with the answer") }
        let answer = try await inspection.answer(query.key, withReply: query.withReply)
        guard let answer, administrators.contains(peer) || answer.scope == "uid/\(peer.uid)" else {
            return CachedAnswerOutcome(answer: nil)
        }
        return CachedAnswerOutcome(answer: answer)
    }

    func purge(_ call: Call) async throws(GatewayError) {
        call.finish(try await purge(try call.request(), for: call.peer))
    }

    func purge(_ purge: CachePurge, for peer: PeerIdentity) async throws(GatewayError) -> CachePurgeReport {
        try administrators.require(peer, for: "PurgeCache")
        let inspection = try inspection.required(for: .purgeCache)
        guard case .client(let name) = purge else {
            return CachePurgeReport(removed: try await inspection.purge(purge))
        }
        var removed: [CachePurgeCount] = []
        for scope in try scopes(of: name) { removed.add(try await inspection.purge(.client(scope))) }
        return CachePurgeReport(removed: removed)
    }

    /// Answers belong to scopes: who has a name has them under its uids.
    private func scopes(of name: String) throws(GatewayError) -> [String] {
        if let scope = CacheScope(name) { return [scope.description] }
        if let uid = UInt32(name) { return [CacheScope.uid(uid).description] }
        guard let uids = quota?.uids(client: name) else {
            throw GatewayError(
                .invalidRequest,
                "client: there is no \"\(name.prefix(100))\"; name a client as in llmgw-ctl clients, a section of [clients], a uid, "
                    + "or a scope such as uid/1000, group/100 or shared")
        }
        return uids.sorted().map { CacheScope.uid($0).description }
    }
}

extension [CachePurgeCount] {
    /// Adds up what went from each tier.
    fileprivate mutating func add(_ others: [CachePurgeCount]) {
        for other in others {
            if let index = firstIndex(where: { $0.tier == other.tier }) {
                self[index].entries += other.entries
                self[index].bytes += other.bytes
            } else {
                append(other)
            }
        }
    }
}
