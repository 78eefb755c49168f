import LLMGWCore

/// What administration needs of the cache, to show it and to have it forget. Who may ask is decided by the caller.
@GatewayLoop
protocol CacheInspection: AnyObject {
    /// Of all clients.
    func statistics() -> CacheStatistics

    /// Nil where there is no such entry in any tier. With `withReply`, `CachedAnswer.reply` is there.
    func answer(_ key: String, withReply: Bool) async throws(GatewayError) -> CachedAnswer?

    /// What is being filled with an answer that began before is not kept either.
    func purge(_ purge: CachePurge) async throws(GatewayError) -> [CachePurgeCount]
}
