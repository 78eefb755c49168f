public import LLMGWCore
internal import LLMGWWire

// What the shared cache holds, what it saves, and what it is to forget.
extension GatewayClient {
    public func cacheStatistics() async throws(GatewayError) -> CacheStatistics {
        try await unary(.getCacheStats, EmptyRequest())
    }

    /// Nil where there is no such entry, or it is another uid's. `withReply`, which is for administrators, gives the answer itself too.
    public func cachedAnswer(_ key: String, withReply: Bool = false) async throws(GatewayError) -> CachedAnswer? {
        let outcome: CachedAnswerOutcome = try await unary(
            .getCacheEntry, CacheEntryQuery(key: key, withReply: withReply))
        return outcome.answer
    }

    /// What was removed. For administrators.
    public func purgeCache(_ purge: CachePurge) async throws(GatewayError) -> [CachePurgeCount] {
        let report: CachePurgeReport = try await unary(.purgeCache, purge)
        return report.removed
    }
}
