internal import CLLMGWProto
public import LLMGWCore

extension QueueReport: StructConvertible {
    init(_ c: Llmgw__V1__ListQueuesReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            queues: try list(c.n_queues, c.queues) { (item: Llmgw__V1__QueueStatus, index) throws(MessageError) in
                try QueueStatus(item, at: "\(path())queues[\(index)].")
            },
            waiting: c.waiting,
            maxWaiting: c.max_waiting)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListQueuesReply>, _ arena: ProtobufArena) {
        c.pointee.n_queues = queues.count
        c.pointee.queues = arena.messages(queues) { $0.fill($1, arena) }
        assign(&c.pointee.has_waiting, &c.pointee.waiting, waiting)
        assign(&c.pointee.has_max_waiting, &c.pointee.max_waiting, maxWaiting)
    }
}

extension QueueStatus {
    init(_ c: Llmgw__V1__QueueStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            client: try name(c.client, path() + "client") ?? "",
            uid: c.uid,
            priority: Priority(rawValue: c.priority.rawValue),
            waiting: c.waiting,
            maxWaiting: c.max_waiting,
            oldest: present(c.has_oldest_ms, .milliseconds(c.oldest_ms)),
            virtualTokens: c.virtual_tokens,
            weight: c.weight)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__QueueStatus>, _ arena: ProtobufArena) {
        c.pointee.client = arena.string(client)
        assign(&c.pointee.has_uid, &c.pointee.uid, uid)
        assign(
            &c.pointee.has_priority, &c.pointee.priority, priority.map { Llmgw__V1__Priority(rawValue: $0.rawValue) })
        assign(&c.pointee.has_waiting, &c.pointee.waiting, waiting)
        assign(&c.pointee.has_max_waiting, &c.pointee.max_waiting, maxWaiting)
        assign(&c.pointee.has_oldest_ms, &c.pointee.oldest_ms, oldest?.clampedMilliseconds)
        assign(&c.pointee.has_virtual_tokens, &c.pointee.virtual_tokens, virtualTokens)
        assign(&c.pointee.has_weight, &c.pointee.weight, weight)
    }
}
