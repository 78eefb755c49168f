internal import CLLMGWProto
public import LLMGWCore

extension UpgradeCommand: StructConvertible {
    init(_ c: Llmgw__V1__UpgradeRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            timeout: present(c.has_timeout_ms, .milliseconds(c.timeout_ms)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__UpgradeRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_timeout_ms, &c.pointee.timeout_ms, timeout?.clampedMilliseconds)
    }
}

extension UpgradeReport: StructConvertible {
    init(_ c: Llmgw__V1__UpgradeReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            done: c.done != 0,
            pid: present(c.has_pid, c.pid),
            version: try name(c.version, path() + "version"),
            problems: try texts(c.n_problems, c.problems, path() + "problems"),
            inFlight: c.in_flight,
            grace: .milliseconds(c.grace_ms))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__UpgradeReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_done, &c.pointee.done, done ? 1 : 0)
        assign(&c.pointee.has_pid, &c.pointee.pid, pid)
        c.pointee.version = arena.string(version)
        c.pointee.n_problems = problems.count
        c.pointee.problems = arena.bytesList(problems)
        assign(&c.pointee.has_in_flight, &c.pointee.in_flight, inFlight)
        assign(&c.pointee.has_grace_ms, &c.pointee.grace_ms, grace.clampedMilliseconds)
    }
}
