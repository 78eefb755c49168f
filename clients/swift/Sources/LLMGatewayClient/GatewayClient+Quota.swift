public import LLMGWCore
internal import LLMGWWire

// What programs may use together, what they have used, and who waits for it. Callers who are not administrators see providers and models, and
// of the clients those of their own uid.
extension GatewayClient {
    /// Every bucket of quota.
    public func listLimits() async throws(GatewayError) -> [LimitStatus] {
        let list: LimitList = try await unary(.listLimits, EmptyRequest())
        return list.limits
    }

    public func listQueues() async throws(GatewayError) -> QueueReport {
        try await unary(.listQueues, EmptyRequest())
    }

    public func listClients() async throws(GatewayError) -> [ClientAccount] {
        let list: ClientList = try await unary(.listClients, EmptyRequest())
        return list.clients
    }

    /// What the ledger has.
    public func usage(_ query: UsageReportQuery = UsageReportQuery()) async throws(GatewayError) -> UsageReport {
        try await unary(.getUsage, query)
    }

    public func listBudgets() async throws(GatewayError) -> [BudgetStatus] {
        let list: BudgetList = try await unary(.listBudgets, EmptyRequest())
        return list.budgets
    }
}
