internal import CLLMGWProto
internal import LLMGWCore

extension RequestRecord {
    init(_ c: Llmgw__V1__RequestRecord, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            requestID: try name(c.request_id, path() + "request_id") ?? "",
            operation: try name(c.operation, path() + "operation") ?? "",
            model: try name(c.model, path() + "model") ?? "",
            provider: try name(c.provider, path() + "provider") ?? "",
            client: try name(c.client, path() + "client") ?? "",
            uid: c.uid,
            priority: Priority(rawValue: c.priority.rawValue),
            reason: try name(c.reason, path() + "reason").map(ErrorReason.init),
            attempts: c.attempts,
            latency: c.latency.map { Latency($0.pointee) },
            usage: c.usage.map { Usage($0.pointee) },
            cost: try Cost(c.cost, at: path() + "cost."),
            cache: CacheState(rawValue: c.cache.rawValue),
            started: present(c.has_started_unix_ms, UnixTime(milliseconds: c.started_unix_ms)),
            stream: c.stream != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__RequestRecord>, _ arena: ProtobufArena) {
        c.pointee.request_id = arena.string(requestID)
        c.pointee.operation = arena.string(operation)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        c.pointee.client = arena.string(client)
        assign(&c.pointee.has_uid, &c.pointee.uid, uid)
        assign(
            &c.pointee.has_priority, &c.pointee.priority, priority.map { Llmgw__V1__Priority(rawValue: $0.rawValue) })
        c.pointee.reason = arena.string(reason?.name)
        assign(&c.pointee.has_attempts, &c.pointee.attempts, attempts)
        c.pointee.latency = latency?.pointer(arena)
        c.pointee.usage = usage?.pointer(arena)
        c.pointee.cost = cost?.pointer(arena)
        assign(&c.pointee.has_cache, &c.pointee.cache, cache.map { Llmgw__V1__CacheState(rawValue: $0.rawValue) })
        assign(&c.pointee.has_started_unix_ms, &c.pointee.started_unix_ms, started?.milliseconds)
        assign(&c.pointee.has_stream, &c.pointee.stream, stream ? 1 : 0)
    }
}
