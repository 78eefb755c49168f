internal import CLLMGWProto
public import LLMGWCore

extension CacheEntryQuery: StructConvertible {
    init(_ c: Llmgw__V1__GetCacheEntryRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            key: try required(c.key, path() + "key"),
            withReply: c.with_reply != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetCacheEntryRequest>, _ arena: ProtobufArena) {
        c.pointee.key = arena.string(key)
        assign(&c.pointee.has_with_reply, &c.pointee.with_reply, withReply ? 1 : 0)
    }
}

extension CachedAnswer {
    init(_ c: Llmgw__V1__CacheEntry, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            key: try name(c.key, path() + "key") ?? "",
            scope: try name(c.scope, path() + "scope") ?? "",
            model: try name(c.model, path() + "model") ?? "",
            provider: try name(c.provider, path() + "provider") ?? "",
            operation: try name(c.operation, path() + "operation") ?? "",
            tiers: try names(c.n_tiers, c.tiers, path() + "tiers").map(CacheTier.init),
            age: .milliseconds(c.age_ms),
            fresh: present(c.has_fresh_ms, .milliseconds(c.fresh_ms)),
            expires: present(c.has_expires_ms, .milliseconds(c.expires_ms)),
            bytes: c.bytes,
            hits: c.hits,
            tags: try names(c.n_tags, c.tags, path() + "tags"),
            reason: try name(c.reason, path() + "reason").map(ErrorReason.init),
            usage: c.usage.map { Usage($0.pointee) },
            cost: try Cost(c.cost, at: path() + "cost."),
            reply: present(c.has_reply, Array(UnsafeBufferPointer(start: c.reply.data, count: c.reply.len))))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CacheEntry>, _ arena: ProtobufArena) {
        c.pointee.key = arena.string(key)
        c.pointee.scope = arena.string(scope)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        c.pointee.operation = arena.string(operation)
        c.pointee.n_tiers = tiers.count
        c.pointee.tiers = arena.strings(tiers.map(\.rawValue))
        assign(&c.pointee.has_age_ms, &c.pointee.age_ms, age.clampedMilliseconds)
        assign(&c.pointee.has_fresh_ms, &c.pointee.fresh_ms, fresh?.clampedMilliseconds)
        assign(&c.pointee.has_expires_ms, &c.pointee.expires_ms, expires?.clampedMilliseconds)
        assign(&c.pointee.has_bytes, &c.pointee.bytes, bytes)
        assign(&c.pointee.has_hits, &c.pointee.hits, hits)
        c.pointee.n_tags = tags.count
        c.pointee.tags = arena.strings(tags)
        c.pointee.reason = arena.string(reason?.name)
        c.pointee.usage = usage?.pointer(arena)
        c.pointee.cost = cost?.pointer(arena)
        if let reply { assign(&c.pointee.has_reply, &c.pointee.reply, reply.withUnsafeBytes(arena.bytes)) }
    }
}

/// The entry, where there is one that the caller may see.
public struct CachedAnswerOutcome: Sendable, Hashable {
    public var answer: CachedAnswer?

    public init(answer: CachedAnswer?) {
        self.answer = answer
    }
}

extension CachedAnswerOutcome: StructConvertible {
    init(_ c: Llmgw__V1__GetCacheEntryReply, at path: @autoclosure () -> String) throws(MessageError) {
        guard c.found != 0 else {
            self.init(answer: nil)
            return
        }
        guard let entry = c.entry?.pointee else { throw MessageError(path() + "entry", "missing") }
        self.init(answer: try CachedAnswer(entry, at: path() + "entry."))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetCacheEntryReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_found, &c.pointee.found, answer == nil ? 0 : 1)
        guard let answer else { return }
        let pointer = arena.make(Llmgw__V1__CacheEntry.self)
        answer.fill(pointer, arena)
        c.pointee.entry = pointer
    }
}
