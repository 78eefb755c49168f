internal import CLLMGWProto
public import LLMGWCore

/// Every budget that the caller may see.
public struct BudgetList: Sendable, Hashable {
    public var budgets: [BudgetStatus]

    public init(
        budgets: [BudgetStatus] = []
    ) {
        self.budgets = budgets
    }
}

extension BudgetList: StructConvertible {
    init(_ c: Llmgw__V1__ListBudgetsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            budgets: try list(c.n_budgets, c.budgets) { (item: Llmgw__V1__BudgetStatus, index) throws(MessageError) in
                try BudgetStatus(item, at: "\(path())budgets[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListBudgetsReply>, _ arena: ProtobufArena) {
        c.pointee.n_budgets = budgets.count
        c.pointee.budgets = arena.messages(budgets) { $0.fill($1, arena) }
    }
}

extension BudgetStatus {
    init(_ c: Llmgw__V1__BudgetStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            scope: try name(c.scope, path() + "scope") ?? "",
            period: try word(c.period, path() + "period"),
            spent: try Cost(c.spent, at: path() + "spent."),
            reserved: try Cost(c.reserved, at: path() + "reserved."),
            warn: try Cost(c.warn, at: path() + "warn."),
            stop: try Cost(c.stop, at: path() + "stop."),
            state: try word(c.state, path() + "state"),
            ends: .milliseconds(c.ends_ms),
            unpricedRequests: c.unpriced_requests)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__BudgetStatus>, _ arena: ProtobufArena) {
        c.pointee.scope = arena.string(scope)
        c.pointee.period = arena.string(period.rawValue)
        c.pointee.spent = spent?.pointer(arena)
        c.pointee.reserved = reserved?.pointer(arena)
        c.pointee.warn = warn?.pointer(arena)
        c.pointee.stop = stop?.pointer(arena)
        c.pointee.state = arena.string(state.rawValue)
        assign(&c.pointee.has_ends_ms, &c.pointee.ends_ms, ends.clampedMilliseconds)
        assign(&c.pointee.has_unpriced_requests, &c.pointee.unpriced_requests, unpricedRequests)
    }
}
