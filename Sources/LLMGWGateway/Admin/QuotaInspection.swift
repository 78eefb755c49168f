import LLMGWCore

/// What administration shows of quota. Every method gives all there is; who may see what is decided by the caller.
@GatewayLoop
protocol QuotaInspection: AnyObject {
    /// In the order of scopes.
    func limits() -> [LimitStatus]

    /// Of every client and band in which a request waits, or did a moment ago.
    func queues() -> QueueReport

    func clients() -> [ClientAccount]

    /// The names of the clients with this uid, as in `ClientAccount.name`.
    func clientNames(uid: UInt32) -> Set<String>

    /// The uids known of the client, or of the section of `[clients]`, with this name; nil where there is no such name.
    func uids(client name: String) -> Set<UInt32>?

    /// The ledger's sums over the clients named, or over all where that is nil. Throws if the ledger cannot be read.
    func usage(_ query: UsageReportQuery, ofClients clients: Set<String>?) async throws(GatewayError) -> UsageReport

    func budgets() -> [BudgetStatus]
}
