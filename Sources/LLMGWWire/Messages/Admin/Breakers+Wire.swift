internal import CLLMGWProto
public import LLMGWCore

/// Every breaker.
public struct BreakerList: Sendable, Hashable {
    public var breakers: [BreakerStatus]

    public init(breakers: [BreakerStatus]) {
        self.breakers = breakers
    }
}

/// Whether there was such a breaker.
public struct SetBreakerOutcome: Sendable, Hashable {
    public var found: Bool

    public init(found: Bool) {
        self.found = found
    }
}

extension BreakerList: StructConvertible {
    init(_ c: Llmgw__V1__ListBreakersReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            breakers: try list(c.n_breakers, c.breakers) {
                (breaker: Llmgw__V1__BreakerStatus, index) throws(MessageError) in
                try BreakerStatus(breaker, at: "\(path())breakers[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListBreakersReply>, _ arena: ProtobufArena) {
        c.pointee.n_breakers = breakers.count
        c.pointee.breakers = arena.messages(breakers) { $0.fill($1, arena) }
    }
}

extension BreakerStatus {
    init(_ c: Llmgw__V1__BreakerStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            scope: try name(c.scope, path() + "scope") ?? "",
            state: try word(c.state, path() + "state"),
            failureRate: present(c.has_failure_rate, c.failure_rate),
            slowRate: present(c.has_slow_rate, c.slow_rate),
            calls: c.calls, consecutiveFailures: c.consecutive_failures, opens: c.opens,
            remaining: present(c.has_remaining_ms, .milliseconds(c.remaining_ms)),
            forced: try name(c.forced_by, path() + "forced_by").map { by throws(MessageError) in
                Forced(
                    by: by, reason: try text(c.has_forced_reason, c.forced_reason, path() + "forced_reason") ?? "",
                    remaining: present(c.has_forced_remaining_ms, .milliseconds(c.forced_remaining_ms)))
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__BreakerStatus>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
        c.pointee.state = arena.string(state.rawValue)
        assign(&c.pointee.has_failure_rate, &c.pointee.failure_rate, failureRate)
        assign(&c.pointee.has_slow_rate, &c.pointee.slow_rate, slowRate)
        assign(&c.pointee.has_calls, &c.pointee.calls, calls)
        assign(&c.pointee.has_consecutive_failures, &c.pointee.consecutive_failures, consecutiveFailures)
        assign(&c.pointee.has_opens, &c.pointee.opens, opens)
        assign(&c.pointee.has_remaining_ms, &c.pointee.remaining_ms, remaining?.clampedMilliseconds)
        guard let forced else { return }
        c.pointee.forced_by = arena.string(forced.by)
        assign(&c.pointee.has_forced_reason, &c.pointee.forced_reason, arena.bytes(forced.reason))
        assign(
            &c.pointee.has_forced_remaining_ms, &c.pointee.forced_remaining_ms, forced.remaining?.clampedMilliseconds)
    }
}

extension BreakerCommand: StructConvertible {
    init(_ c: Llmgw__V1__SetBreakerRequest, at path: @autoclosure () -> String) throws(MessageError) {
        guard let scope = try name(c.scope, path() + "scope") else {
            throw MessageError(path() + "scope", "missing")
        }
        guard c.has_action != 0, let action = BreakerAction(rawValue: c.action.rawValue) else {
            throw MessageError(path() + "action", "missing, or not known")
        }
        self.init(
            scope: scope, action: action, reason: try text(c.has_reason, c.reason, path() + "reason") ?? "",
            ttl: present(c.has_ttl_ms, .milliseconds(c.ttl_ms)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__SetBreakerRequest>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
        assign(&c.pointee.has_action, &c.pointee.action, Llmgw__V1__BreakerAction(rawValue: action.rawValue))
        if !reason.isEmpty { assign(&c.pointee.has_reason, &c.pointee.reason, arena.bytes(reason)) }
        assign(&c.pointee.has_ttl_ms, &c.pointee.ttl_ms, ttl?.clampedMilliseconds)
    }
}

extension SetBreakerOutcome: StructConvertible {
    init(_ c: Llmgw__V1__SetBreakerReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(found: c.found != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__SetBreakerReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_found, &c.pointee.found, found ? 1 : 0)
    }
}
