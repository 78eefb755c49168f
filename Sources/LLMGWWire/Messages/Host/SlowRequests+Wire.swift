internal import CLLMGWProto
public import LLMGWCore

extension SlowRequestQuery: StructConvertible {
    init(_ c: Llmgw__V1__ListSlowRequestsRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            max: present(c.has_max, c.max))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListSlowRequestsRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_max, &c.pointee.max, max)
    }
}

extension SlowRequestReport: StructConvertible {
    init(_ c: Llmgw__V1__ListSlowRequestsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            requests: try list(c.n_requests, c.requests) {
                (item: Llmgw__V1__RequestRecord, index) throws(MessageError) in
                try RequestRecord(item, at: "\(path())requests[\(index)].")
            },
            threshold: present(c.has_threshold_ms, .milliseconds(c.threshold_ms)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListSlowRequestsReply>, _ arena: ProtobufArena) {
        c.pointee.n_requests = requests.count
        c.pointee.requests = arena.messages(requests) { $0.fill($1, arena) }
        assign(&c.pointee.has_threshold_ms, &c.pointee.threshold_ms, threshold?.clampedMilliseconds)
    }
}
