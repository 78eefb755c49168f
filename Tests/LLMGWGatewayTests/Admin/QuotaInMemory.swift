import LLMGWCore

@testable import LLMGWGateway

/// Shows what it was given: the stranger's clients are "甲" and "uid/4003".
@GatewayLoop
final class QuotaInMemory: QuotaInspection {
    var limitScopes: [String] = []
    var budgetScopes: [String] = []
    private(set) var asked: [(query: UsageReportQuery, clients: Set<String>?)] = []

    func limits() -> [LimitStatus] {
        limitScopes.map { LimitStatus(scope: $0, kind: .concurrency, source: .configured) }
    }

    func queues() -> QueueReport {
        QueueReport(queues: [4001, 4003].map { QueueStatus(uid: $0, waiting: 1) }, waiting: 2, maxWaiting: 9)
    }

    func clients() -> [ClientAccount] { [4001, 4003].map { ClientAccount(uid: $0) } }

    func clientNames(uid: UInt32) -> Set<String> { uid == Peers.stranger.uid ? ["甲", "uid/4003"] : [] }

    func uids(client name: String) -> Set<UInt32>? { ["甲": [4003, 4004], "无": []][name] }

    func usage(
        _ query: UsageReportQuery, ofClients clients: Set<String>?
    ) async throws(GatewayError) -> UsageReport {
        asked.append((query, clients))
        return UsageReport(truncated: true)
    }

    func budgets() -> [BudgetStatus] {
        budgetScopes.map { BudgetStatus(scope: $0, period: .day, state: .ok) }
    }
}
