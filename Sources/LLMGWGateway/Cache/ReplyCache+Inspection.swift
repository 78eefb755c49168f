import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

extension ReplyCache: CacheInspection {
    func statistics() -> CacheStatistics {
        CacheStatistics(
            total: counters.total,
            tiers: [
                CacheTierStatus(
                    name: .memory, state: limits.maxBytes > 0 ? .on : .off, entries: UInt64(memory.count),
                    bytes: UInt64(memory.usedBytes), maxEntries: UInt64(limits.maxEntries),
                    maxBytes: UInt64(limits.maxBytes), hits: memoryHits, misses: memoryMisses,
                    evictions: memory.evictions, expirations: expirations, policy: limits.eviction.rawValue)
            ],
            models: counters.byModel, clients: counters.byClient)
    }

    func answer(_ key: String, withReply: Bool) async throws(GatewayError) -> CachedAnswer? {
        guard let key = CacheKey(key) else {
            throw GatewayError(.invalidRequest, "key: not 64 hexadecimal digits, as in a reply's cache_key")
        }
        guard let entry = memory.value(key) else { return nil }
        let now = scheduler.now
        var answer = CachedAnswer(
            key: key.description, scope: entry.scope.description, model: entry.model, operation: entry.kind.operation,
            tiers: [.memory], age: entry.lifetime.age(now: now),
            fresh: now < entry.lifetime.expires ? entry.lifetime.expires - now : nil,
            expires: max(.zero, entry.lifetime.expires + entry.staleTime - now), bytes: UInt64(entry.size),
            hits: entry.hits, tags: entry.tags)
        switch entry.content {
        case .failure(let error): answer.reason = error.reason
        case .reply(let reply):
            answer.provider = reply.provider ?? ""
            answer.usage = reply.usage
            answer.cost = reply.cost
            if withReply { answer.reply = try whole(reply, entry) }
        }
        return answer
    }

    private func whole(_ reply: StoredReply, _ entry: CacheEntry) throws(GatewayError) -> [UInt8] {
        guard let pieces = reply.pieces else { return reply.end }
        do {
            return try UpstreamAnswer.Body.decode(entry.kind, reply.end, with: codec).joined(pieces, with: codec)
                .encode(with: codec)
        } catch {
            throw GatewayError(.internalError, "a stored answer cannot be read: \(error)")
        }
    }

    func purge(_ purge: CachePurge) async throws(GatewayError) -> [CachePurgeCount] {
        let removed: (entries: Int, bytes: Int)
        switch purge {
        case .key(let text):
            guard let key = CacheKey(text) else {
                throw GatewayError(.invalidRequest, "key: not 64 hexadecimal digits, as in a reply's cache_key")
            }
            removed = self.purge(.key(key))
        case .model(let name): removed = self.purge(.model(name))
        case .tag(let tag): removed = self.purge(.tag(tag))
        case .client(let name): removed = self.purge(.scope(name))
        case .all: removed = self.purge(.all)
        case .expired: removed = removeExpired()
        }
        return [CachePurgeCount(tier: .memory, entries: UInt64(removed.entries), bytes: UInt64(removed.bytes))]
    }
}
