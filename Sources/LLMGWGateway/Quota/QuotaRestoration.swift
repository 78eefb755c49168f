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
        let now = UnixTime.now.milliseconds
        let records = try await ledger.records(UsageQuery(since: now - 86_400_000), limit: Self.maxRequests)
        // The oldest first, as they were granted.
        for record in records.reversed() where record.attempts > 0 {
            // From its end: no attempt was later, and which moment of a long wait it was is not known.
            let age = Duration.milliseconds(max(0, now - record.time))
            desk.restoreDay(.client(record.client), requests: 1, age: age)
            desk.restoreDay(.clientModel(client: record.client, model: record.model), requests: 1, age: age)
            let attempts = Int(record.attempts)
            desk.restoreDay(.provider(record.provider), requests: attempts, age: age)
            desk.restoreDay(.model(record.model), requests: attempts, age: age)
            desk.restoreDay(
                .deployment(model: record.model, name: record.deployment), requests: attempts, age: age)
        }
    }
}
