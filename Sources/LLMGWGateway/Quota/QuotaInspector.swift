import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import LLMGWWire

/// Shows what the desk, the budgets and the ledger know.
@GatewayLoop
final class QuotaInspector: QuotaInspection {
    /// Which has this.
    private unowned let state: GatewayState

    init(_ state: GatewayState) {
        self.state = state
    }

    private var desk: QuotaDesk { state.desk }

    func limits() -> [LimitStatus] {
        let now = state.scheduler.now
        return desk.statuses().map { scope, status in
            let taken = status.used + status.reserved
            return LimitStatus(
                scope: scope.name, kind: LimitKind(rawValue: status.metric.name),
                limit: status.known.map { UInt64(max(0, $0)) }, effectiveLimit: UInt64(max(0, status.effective ?? 0)),
                used: UInt64(max(0, status.used)), reserved: UInt64(max(0, status.reserved)),
                debt: UInt64(max(0, taken - (status.effective ?? .max))), resets: status.end.map { $0 - now },
                gate: status.gate.map { $0 - now }, source: .init(rawValue: status.source.rawValue))
        }.sorted { ($0.scope, $0.kind.rawValue) < ($1.scope, $1.kind.rawValue) }
    }

    func queues() -> QueueReport {
        let now = state.scheduler.now
        var queues: [QueueStatus] = []
        for client in state.clients.all {
            for waiting in desk.controller.waiting(of: client.id) {
                queues.append(
                    QueueStatus(
                        client: client.name, uid: client.uid, priority: waiting.priority,
                        waiting: UInt32(clamping: waiting.count),
                        maxWaiting: UInt32(clamping: client.settings.maxQueue),
                        oldest: now - waiting.since, virtualTokens: waiting.counter, weight: client.settings.weight))
            }
        }
        let (waiting, most) = desk.controller.totalWaiting
        return QueueReport(queues: queues, waiting: UInt32(clamping: waiting), maxWaiting: UInt32(clamping: most))
    }

    func clients() -> [ClientAccount] {
        let calls = state.calls.all
        return state.clients.all.map { client in
            let sums = state.usageBook.clients[client.name] ?? UsageBook.Sums()
            let own = calls.filter { $0.execution.caller?.client === client }
            let labels = own.first.map { PeerLabels(of: $0.peer) }
            return ClientAccount(
                name: client.name, uid: client.uid, gid: client.gid, policy: client.settings.name,
                weight: client.settings.weight, priority: client.settings.priority,
                connections: UInt32(clamping: state.connections.all.count { $0.peer.uid == client.uid }),
                inFlight: UInt32(clamping: own.count { $0.method.service == "Gateway" }),
                waiting: UInt32(clamping: desk.controller.waiting(of: client.id).reduce(0) { $0 + $1.count }),
                counts: sums.counts, usage: sums.usage, costs: sums.costs.inOrder, unit: labels?.unit,
                executable: labels?.executable, models: (client.settings.models ?? []).sorted())
        }
    }

    func clientNames(uid: UInt32) -> Set<String> {
        Set(state.clients.all.filter { $0.uid == uid }.map(\.name))
    }

    func uids(client name: String) -> Set<UInt32>? { state.clients.uids(of: name) }

    func budgets() -> [BudgetStatus] {
        desk.budgets.refresh()
        let now = UnixTime.now.milliseconds
        return desk.budgets.meters.sorted { $0.key.name < $1.key.name }.flatMap { scope, meters in
            meters.map { meter in
                func cost(_ micros: Int64) -> Cost { Cost(micros: micros, currency: meter.settings.currency) }
                return BudgetStatus(
                    scope: scope.name, period: .init(rawValue: meter.settings.period.rawValue),
                    spent: cost(meter.spent), reserved: cost(meter.reserved), warn: meter.settings.warn.map(cost),
                    stop: meter.settings.stop.map(cost), state: .init(rawValue: meter.state.rawValue),
                    ends: .milliseconds(meter.settings.period.end(at: now) - now),
                    unpricedRequests: UInt64(meter.unpriced))
            }
        }
    }

    // MARK: The ledger

    func usage(
        _ query: UsageReportQuery, ofClients clients: Set<String>?
    ) async throws(GatewayError) -> UsageReport {
        guard let ledger = state.usageBook.ledger else {
            throw GatewayError(.storageFailed, "there is no usage ledger: server.state_directory is not set")
        }
        let dimensions = query.by.map(\.dimension)
        // Clients that may not be seen are left out after adding up, so they have to be told apart.
        let needed = clients == nil ? dimensions : dimensions + (dimensions.contains(.client) ? [] : [.client])
        let totals: [UsageTotal]
        do throws(StorageError) {
            totals = try await ledger.totals(
                UsageQuery(
                    since: query.from?.milliseconds, until: query.to?.milliseconds, client: query.client,
                    model: query.model, provider: query.provider), by: needed + [.outcome, .cache])
        } catch {
            throw GatewayError(.storageFailed, "\(error)")
        }
        var rows: [[String]: UsageRow] = [:]
        for total in totals where clients.map({ $0.contains(total.group[.client] ?? "") }) ?? true {
            let key = dimensions.map { total.group[$0] ?? "" }
            rows[key, default: UsageRow(group: total.group, dimensions)].add(total)
        }
        let byDay = query.by.first == .day
        let sorted = rows.sorted { a, b in
            byDay || a.value.weight == b.value.weight
                ? a.key.lexicographicallyPrecedes(b.key) : a.value.weight > b.value.weight
        }.map(\.value)
        let most = Int(query.rows.flatMap { $0 == 0 ? nil : $0 } ?? UsageReportQuery.maxRows)
        return UsageReport(
            rows: Array(sorted.prefix(most)), truncated: sorted.count > most, from: query.from, to: query.to)
    }
}

extension [String: Int64] {
    /// By the names of the currencies.
    var inOrder: [Cost] { sorted { $0.key < $1.key }.map { Cost(micros: $0.value, currency: $0.key) } }
}

extension UsageGrouping {
    fileprivate var dimension: UsageQuery.Dimension {
        switch self {
        case .client: .client
        case .model: .model
        case .provider: .provider
        case .day: .day
        }
    }
}

extension UsageRow {
    fileprivate init(group: [UsageQuery.Dimension: String], _ dimensions: [UsageQuery.Dimension]) {
        func value(_ dimension: UsageQuery.Dimension) -> String? {
            dimensions.contains(dimension) ? group[dimension] : nil
        }
        self.init(client: value(.client), model: value(.model), provider: value(.provider), day: value(.day))
    }

    fileprivate var weight: UInt64 { (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) + counts.requests }

    /// Calls that agree in their outcome and in what the cache did.
    fileprivate mutating func add(_ total: UsageTotal) {
        let calls = UInt64(max(0, total.calls))
        counts.requests += calls
        switch total.group[.outcome] {
        case "ok"?: counts.succeeded += calls
        case ErrorReason.cancelled.name?, ErrorReason.cancelledByOperator.name?: counts.cancelled += calls
        default: counts.failed += calls
        }
        let isCached = ["hit", "stale", "coalesced"].contains(total.group[.cache] ?? "")
        if isCached { cached += calls }
        func tokens(_ count: Int64) -> UInt64 { UInt64(max(0, count)) }
        usage =
            usage
            + Usage(
                inputTokens: tokens(total.inputTokens), outputTokens: tokens(total.outputTokens),
                cachedInputTokens: tokens(total.cachedInputTokens), reasoningTokens: tokens(total.reasoningTokens))
        estimatedRequests += tokens(total.estimated)
        estimatedUsage =
            estimatedUsage
            + Usage(
                inputTokens: tokens(total.estimatedInputTokens), outputTokens: tokens(total.estimatedOutputTokens))
        var sums = Dictionary(uniqueKeysWithValues: costs.map { ($0.currency, $0.micros) })
        for (currency, micros) in total.costs { sums[currency, default: 0] += micros }
        costs = sums.inOrder
        // What the cache answered, and what failed, needs no price.
        if !isCached, total.group[.outcome] == "ok" { unpricedRequests += UInt64(max(0, total.unpriced)) }
    }
}
