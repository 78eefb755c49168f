import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// Brings back from the ledger what the journal of the last minute does not have: what was spent in this day and month, and the requests of the
/// last 24 hours.
@GatewayLoop
struct QuotaRestoration {
    /// Requests that are looked at: beyond it, a day's limit is not restored exactly.
    private static let maxRequests = 200_000

    let configuration: GatewayConfiguration
    let desk: QuotaDesk
    let ledger: UsageLedger
    let usageBook: UsageBook
    let logger: Logger

    /// A ledger that cannot be read keeps nobody from starting; it is said.
    func run() async {
        do throws(StorageError) {
            try await restoreSpending()
            try await restoreDay()
        } catch {
            logger.error(
                "budgets and daily limits start empty: the usage ledger cannot be read",
                metadata: ["llmgw-problem": "\(error)"])
        }
    }

    private func restoreSpending() async throws(StorageError) {
        let budgets =
            configuration.clients.values.flatMap(\.budgets) + configuration.providers.values.flatMap(\.budgets)
        let now = UnixTime.now.milliseconds
        for total in try await ledger.totals(UsageQuery(since: BudgetPeriod.day.start(at: now)), by: []) {
            usageBook.addToday(total.costs)
        }
        for period in BudgetPeriod.allCases where budgets.contains(where: { $0.period == period }) {
            let since = UsageQuery(since: period.start(at: now))
            for total in try await ledger.totals(since, by: [.client]) {
                desk.budgets.restore(total.costs, period, .client(total.group[.client] ?? ""))
            }
            for total in try await ledger.totals(since, by: [.provider]) {
                desk.budgets.restore(total.costs, period, .provider(total.group[.provider] ?? ""))
            }
        }
    }

    private func restoreDay() async throws(StorageError) {
        let limits =
            configuration.providers.values.map(\.limits)
            + configuration.models.values.flatMap { [$0.limits] + $0.deployments.map(\.limits) }
            + configuration.clients.values.flatMap { [$0.limits] + $0.modelLimits.values }
        guard limits.contains(where: { $0[.requestsPerDay] != nil }) else { return }
        let (wallClock, now) = (UnixTime.now.milliseconds, desk.scheduler.now)
        let records = try await ledger.records(UsageQuery(since: wallClock - 86_400_000), limit: Self.maxRequests)
        for record in records.reversed() where record.attempts > 0 || record.isFromCache {
            let ended = now + .milliseconds(min(0, record.time - wallClock))
            let started = ended + .microseconds(-record.duration)
            func add(_ requests: Int, _ scope: QuotaScope) {
                desk.history.add(requests, of: scope, started: started, ended: ended)
            }
            add(1, .client(record.client))
            add(1, .clientModel(client: record.client, model: record.model))
            guard record.attempts > 0 else { continue }
            let attempts = Int(record.attempts)
            add(attempts, .provider(record.provider))
            add(attempts, .model(record.model))
            add(attempts, .deployment(model: record.model, name: record.deployment))
        }
    }
}

extension UsageRecord {
    /// It counts for its client only.
    fileprivate var isFromCache: Bool { ["hit", "stale", "coalesced"].contains(cache) }
}
