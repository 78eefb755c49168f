internal import CLLMGWProto
public import LLMGWCore

/// Every bucket that the caller may see.
public struct LimitList: Sendable, Hashable {
    public var limits: [LimitStatus]

    public init(
        limits: [LimitStatus] = []
    ) {
        self.limits = limits
    }
}

extension LimitList: StructConvertible {
    init(_ c: Llmgw__V1__ListLimitsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            limits: try list(c.n_limits, c.limits) { (item: Llmgw__V1__LimitStatus, index) throws(MessageError) in
                try LimitStatus(item, at: "\(path())limits[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListLimitsReply>, _ arena: ProtobufArena) {
        c.pointee.n_limits = limits.count
        c.pointee.limits = arena.messages(limits) { $0.fill($1, arena) }
    }
}

extension LimitStatus {
    init(_ c: Llmgw__V1__LimitStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            scope: try name(c.scope, path() + "scope") ?? "",
            kind: try word(c.kind, path() + "kind"),
            limit: present(c.has_limit, c.limit),
            effectiveLimit: c.effective_limit,
            used: c.used,
            reserved: c.reserved,
            debt: c.debt,
            resets: present(c.has_resets_ms, .milliseconds(c.resets_ms)),
            gate: present(c.has_gate_ms, .milliseconds(c.gate_ms)),
            source: try word(c.source, path() + "source"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__LimitStatus>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
        c.pointee.kind = arena.string(kind.rawValue)
        assign(&c.pointee.has_limit, &c.pointee.limit, limit)
        assign(&c.pointee.has_effective_limit, &c.pointee.effective_limit, effectiveLimit)
        assign(&c.pointee.has_used, &c.pointee.used, used)
        assign(&c.pointee.has_reserved, &c.pointee.reserved, reserved)
        assign(&c.pointee.has_debt, &c.pointee.debt, debt)
        assign(&c.pointee.has_resets_ms, &c.pointee.resets_ms, resets?.clampedMilliseconds)
        assign(&c.pointee.has_gate_ms, &c.pointee.gate_ms, gate?.clampedMilliseconds)
        c.pointee.source = arena.string(source.rawValue)
    }
}
