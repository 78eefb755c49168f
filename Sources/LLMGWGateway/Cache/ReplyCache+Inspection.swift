import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import LLMGWUpstream
import LLMGWWire

extension ReplyCache: CacheInspection {
    func statistics() -> CacheStatistics {
        var statistics = CacheStatistics(
            total: counters.total,
            tiers: [
                CacheTierStatus(
                    name: .memory, state: limits.maxBytes > 0 ? .on : .off, entries: UInt64(memory.count),
                    bytes: UInt64(memory.usedBytes), maxEntries: UInt64(limits.maxEntries),
                    maxBytes: UInt64(limits.maxBytes), hits: memoryHits, misses: memoryMisses,
                    evictions: memory.evictions, expirations: expirations, policy: limits.eviction.rawValue)
            ],
            models: counters.byModel, clients: counters.byClient)
        if let disk { statistics.tiers.append(disk.status) }
        if limits.questions.maxEntries > 0 {
            statistics.tiers.append(
                CacheTierStatus(
                    name: .semantic, state: .on, entries: UInt64(questions.count), bytes: UInt64(questions.usedBytes),
                    maxEntries: UInt64(limits.questions.maxEntries), maxBytes: UInt64(limits.questions.maxBytes),
                    hits: questionHits, misses: questionMisses, evictions: questions.evictions, policy: "oldest"))
        }
        return statistics
    }

    func answer(_ key: String, withReply: Bool) async throws(GatewayError) -> CachedAnswer? {
        guard let key = CacheKey(key) else {
            throw GatewayError(.invalidRequest, "key: not 64 hexadecimal digits, as in a reply's cache_key")
        }
        let inMemory = memory.value(key)
        let onDisk = await onDisk(key)
        guard let entry = inMemory ?? onDisk else { return nil }
        let now = clock()
        var answer = CachedAnswer(
            key: key.description, scope: entry.scope.description, model: entry.model, operation: entry.kind.operation,
            tiers: (inMemory == nil ? [] : [.memory]) + (onDisk == nil ? [] : [.disk]),
            age: entry.lifetime.age(now: now),
            fresh: now < entry.lifetime.expires ? entry.lifetime.expires - now : nil,
            expires: max(.zero, entry.lifetime.expires + entry.staleTime - now), bytes: UInt64(entry.size),
            hits: entry.hits, tags: entry.tags)
        switch entry.content {
        case .failure(let error): answer.reason = error.reason
        case .reply(let reply):
            answer.provider = reply.provider ?? ""
            answer.usage = try body(reply, entry).usage
            answer.cost = reply.cost
            if withReply { answer.reply = try body(reply, entry).encode(with: codec) }
        }
        return answer
    }

    private func body(_ reply: StoredReply, _ entry: CacheEntry) throws(GatewayError) -> UpstreamAnswer.Body {
        do throws(MessageError) {
            let end = try UpstreamAnswer.Body.decode(entry.kind, reply.end, with: codec)
            guard let pieces = reply.pieces else { return end }
            return try end.joined(pieces, with: codec)
        } catch {
            throw GatewayError(.internalError, "a stored answer cannot be read: \(error)")
        }
    }

    func purge(_ purge: CachePurge) async throws(GatewayError) -> [CachePurgeCount] {
        let removed: (entries: Int, bytes: Int)
        let selector: CacheFileSelector
        if let target = try target(of: purge) {
            removed = forget(target)
            selector = CacheFileSelector(target)
        } else {
            removed = removeExpired()
            selector = .expired(before: UnixTime.now.milliseconds)
        }
        var counts = [CachePurgeCount(tier: .memory, entries: UInt64(removed.entries), bytes: UInt64(removed.bytes))]
        if let count = try await forgetOnDisk(selector) {
            counts.append(CachePurgeCount(tier: .disk, entries: UInt64(count)))
        }
        return counts
    }

    /// Nil for those whose time is over.
    private func target(of purge: CachePurge) throws(GatewayError) -> PurgeTarget? {
        switch purge {
        case .key(let text):
            guard let key = CacheKey(text) else {
                throw GatewayError(.invalidRequest, "key: not 64 hexadecimal digits, as in a reply's cache_key")
            }
            return .key(key)
        case .model(let name): return .model(name)
        case .tag(let tag): return .tag(tag)
        case .client(let name): return .scope(name)
        case .all: return .all
        case .expired: return nil
        }
    }
}
