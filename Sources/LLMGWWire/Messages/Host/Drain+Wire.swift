internal import CLLMGWProto
public import LLMGWCore

extension DrainCommand: StructConvertible {
    init(_ c: Llmgw__V1__DrainRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            grace: present(c.has_grace_ms, .milliseconds(c.grace_ms)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__DrainRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_grace_ms, &c.pointee.grace_ms, grace?.clampedMilliseconds)
    }
}

extension DrainReport: StructConvertible {
    init(_ c: Llmgw__V1__DrainReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            inFlight: c.in_flight,
            grace: .milliseconds(c.grace_ms))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__DrainReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_in_flight, &c.pointee.in_flight, inFlight)
        assign(&c.pointee.has_grace_ms, &c.pointee.grace_ms, grace.clampedMilliseconds)
    }
}
