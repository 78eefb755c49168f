internal import CLLMGWProto
public import LLMGWCore

/// What came of Pause.
public struct PauseOutcome: Sendable, Hashable {
    /// False where there is no such scope.
    public var found: Bool
    /// Everything that is paused now.
    public var pauses: [PauseStatus]

    public init(
        found: Bool = false, pauses: [PauseStatus] = []
    ) {
        self.found = found
        self.pauses = pauses
    }
}

/// What came of Resume.
public struct ResumeOutcome: Sendable, Hashable {
    /// False where nothing of the kind was paused.
    public var found: Bool
    /// Everything that is paused still.
    public var pauses: [PauseStatus]

    public init(
        found: Bool = false, pauses: [PauseStatus] = []
    ) {
        self.found = found
        self.pauses = pauses
    }
}

extension PauseCommand: StructConvertible {
    init(_ c: Llmgw__V1__PauseRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            scope: try name(c.scope, path() + "scope"),
            reason: try text(c.has_reason, c.reason, path() + "reason") ?? "",
            ttl: present(c.has_ttl_ms, .milliseconds(c.ttl_ms)),
            refuse: c.refuse != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__PauseRequest>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
        if !reason.isEmpty { assign(&c.pointee.has_reason, &c.pointee.reason, arena.bytes(reason)) }
        assign(&c.pointee.has_ttl_ms, &c.pointee.ttl_ms, ttl?.clampedMilliseconds)
        assign(&c.pointee.has_refuse, &c.pointee.refuse, refuse ? 1 : 0)
    }
}

extension ResumeCommand: StructConvertible {
    init(_ c: Llmgw__V1__ResumeRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            scope: try name(c.scope, path() + "scope"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ResumeRequest>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
    }
}

extension PauseOutcome: StructConvertible {
    init(_ c: Llmgw__V1__PauseReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            found: c.found != 0,
            pauses: try list(c.n_pauses, c.pauses) { (item: Llmgw__V1__PauseStatus, index) throws(MessageError) in
                try PauseStatus(item, at: "\(path())pauses[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__PauseReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_found, &c.pointee.found, found ? 1 : 0)
        c.pointee.n_pauses = pauses.count
        c.pointee.pauses = arena.messages(pauses) { $0.fill($1, arena) }
    }
}

extension ResumeOutcome: StructConvertible {
    init(_ c: Llmgw__V1__ResumeReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            found: c.found != 0,
            pauses: try list(c.n_pauses, c.pauses) { (item: Llmgw__V1__PauseStatus, index) throws(MessageError) in
                try PauseStatus(item, at: "\(path())pauses[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ResumeReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_found, &c.pointee.found, found ? 1 : 0)
        c.pointee.n_pauses = pauses.count
        c.pointee.pauses = arena.messages(pauses) { $0.fill($1, arena) }
    }
}

extension PauseStatus {
    init(_ c: Llmgw__V1__PauseStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            scope: try name(c.scope, path() + "scope") ?? "",
            by: try name(c.by, path() + "by") ?? "",
            reason: try text(c.has_reason, c.reason, path() + "reason") ?? "",
            remaining: present(c.has_remaining_ms, .milliseconds(c.remaining_ms)),
            refuse: c.refuse != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__PauseStatus>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
        c.pointee.by = arena.string(by)
        if !reason.isEmpty { assign(&c.pointee.has_reason, &c.pointee.reason, arena.bytes(reason)) }
        assign(&c.pointee.has_remaining_ms, &c.pointee.remaining_ms, remaining?.clampedMilliseconds)
        assign(&c.pointee.has_refuse, &c.pointee.refuse, refuse ? 1 : 0)
    }
}
