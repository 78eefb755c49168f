import LLMGWCore

/// How requests fared with the cache: in all, by model and by client.
@GatewayLoop
final class CacheCounters {
    /// Clients that come and go must not fill the memory.
    private static let maxRows = 10_000

    private(set) var total = CacheCounts()
    private var models: [String: CacheCounts] = [:]
    /// By the names that they have everywhere.
    private var clients: [String: CacheCounts] = [:]

    /// `saved` is how long the answer took upstream, `cost` what it cost there.
    func note(
        _ state: CacheState, model: String, client: String, saved: Duration = .zero, cost: Cost? = nil,
        negative: Bool = false, semantic: Bool = false
    ) {
        func note(_ counts: inout CacheCounts) {
            counts.note(state, saved, cost)
            if negative { counts.negativeHits += 1 }
            if semantic { counts.semanticHits += 1 }
        }
        note(&total)
        note(&models[model, default: CacheCounts()])
        guard clients[client] != nil || clients.count < Self.maxRows else { return }
        note(&clients[client, default: CacheCounts()])
    }

    var byModel: [CacheCountsOf] { Self.rows(models.map { ($0.key, $0.value) }) }
    var byClient: [CacheCountsOf] { Self.rows(clients.map { ($0.key, $0.value) }) }

    /// The most requests first.
    private static func rows(_ counts: [(String, CacheCounts)]) -> [CacheCountsOf] {
        counts.sorted { ($1.1.requests, $0.0) < ($0.1.requests, $1.0) }.map { CacheCountsOf(name: $0.0, counts: $0.1) }
    }
}

extension CacheCounts {
    fileprivate var requests: UInt64 { hits + misses + stale + coalesced + bypassed }

    fileprivate mutating func note(_ state: CacheState, _ saved: Duration, _ cost: Cost?) {
        switch state {
        case .bypass: bypassed += 1
        case .miss: misses += 1
        case .hit: hits += 1
        case .stale: stale += 1
        case .coalesced: coalesced += 1
        }
        self.saved += saved
        guard let cost else { return }
        if let index = savedCosts.firstIndex(where: { $0.currency == cost.currency }) {
            savedCosts[index].micros += cost.micros
        } else {
            savedCosts.append(cost)
        }
    }
}
