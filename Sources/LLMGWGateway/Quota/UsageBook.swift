import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// Who has used what: in memory since the start, and in the ledger for as long as that is kept.
@GatewayLoop
final class UsageBook {
    struct Sums {
        var counts = RequestCounts()
        var usage = Usage()
        /// Millionths, by currency.
        var costs: [String: Int64] = [:]

        mutating func add(_ usage: Usage) { self.usage = self.usage + usage }
    }

    /// Nil where there is no state directory, or no thread to be had for it.
    private(set) var ledger: UsageLedger?
    private let directory: String?
    private let logger: Logger
    /// Takes the records while another process has the ledger.
    private var forward: (@GatewayLoop (UsageRecord) -> Void)?
    /// Records of the time in which neither has it.
    private var held: [UsageRecord]?
    private(set) var clients: [String: Sums] = [:]
    /// The day of UTC in which something was spent last, and what: millionths, by currency.
    private var day = Int.min
    private var spentInDay: [String: Int64] = [:]
    private let scheduler: any LoopScheduler

    init(directory: String?, scheduler: any LoopScheduler, logger: Logger) {
        self.scheduler = scheduler
        self.directory = directory
        self.logger = logger
        self.ledger = Self.open(directory, logger)
    }

    private static func open(_ directory: String?, _ logger: Logger) -> UsageLedger? {
        do throws(StorageError) {
            return try directory.map { path throws(StorageError) in
                try UsageLedger(UsageLedger.Settings(path: "\(path)/ledger.db"))
            }
        } catch {
            logger.error("no usage ledger", metadata: ["llmgw-problem": "\(error)"])
            return nil
        }
    }

    /// What waits is written first.
    func close() async { await ledger?.close() }

    /// Closes the ledger's file, and keeps what comes until it is known who goes on with it.
    func handOver() async {
        held = []
        await ledger?.close()
    }

    /// Another process has the ledger from now on.
    func forward(_ take: @escaping @GatewayLoop (UsageRecord) -> Void) {
        forward = take
        for record in held ?? [] { take(record) }
        held = nil
    }

    /// No other process has it after all.
    func takeBack() {
        ledger = Self.open(directory, logger)
        for record in held ?? [] { ledger?.append(record) }
        held = nil
    }

    /// Of this daemon's own requests, and of those that the one before it brings to their end.
    func keep(_ record: UsageRecord) {
        if held != nil {
            held?.append(record)
        } else if let forward {
            forward(record)
        } else {
            ledger?.append(record)
        }
    }

    /// Nobody asks for the client's sums any more; the ledger keeps what it did.
    func forget(_ client: QuotaClient) { clients[client.name] = nil }

    // MARK: Today

    /// What was spent since midnight UTC.
    var costsToday: [String: Int64] {
        BudgetPeriod.day.number(at: UnixTime.now.milliseconds) == day ? spentInDay : [:]
    }

    /// What was spent since midnight: just now, or before the daemon started.
    func addToday(_ costs: [String: Int64]) {
        let today = BudgetPeriod.day.number(at: UnixTime.now.milliseconds)
        if today != day { (day, spentInDay) = (today, [:]) }
        spentInDay.merge(costs, uniquingKeysWith: +)
    }

    // MARK: What ended

    /// A request has ended. `usage` is what an upstream counted for it.
    func note(_ execution: Execution, model: ModelSettings, error: GatewayError?, usage: Usage?, info: ReplyInfo?) {
        guard let caller = execution.caller else { return }
        clients[caller.client.name, default: Sums()].counts.note(error)
        record(execution, model: model, error: error, usage: usage, info: info)
    }

    /// An upstream call has ended whose caller did not wait for its end, or that had none. It is no request, and has to be paid for all the same.
    func noteUnclaimed(
        _ execution: Execution, model: ModelSettings, error: GatewayError?, usage: Usage?, info: ReplyInfo?
    ) {
        guard !execution.spending.isNothing else { return }
        record(execution, model: model, error: error, usage: usage, info: info)
    }

    private func record(
        _ execution: Execution, model: ModelSettings, error: GatewayError?, usage: Usage?, info: ReplyInfo?
    ) {
        guard let caller = execution.caller else { return }
        let cost = execution.cost(info)
        if let usage { clients[caller.client.name, default: Sums()].add(usage) }
        if let cost {
            clients[caller.client.name, default: Sums()].costs[cost.currency, default: 0] += cost.micros
            addToday([cost.currency: cost.micros])
        }
        guard ledger != nil else { return }
        let now = scheduler.now
        let provider = info?.provider ?? error?.provider ?? ""
        let parts = execution.spending.byProvider
        keep(
            UsageRecord(
                time: UnixTime.now.milliseconds, uid: caller.client.uid, client: caller.client.name,
                operation: execution.operation, model: info?.model ?? error?.model ?? model.name,
                provider: provider, deployment: info?.path.last?.deployment ?? "",
                inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens,
                cachedInputTokens: usage?.cachedInputTokens, reasoningTokens: usage?.reasoningTokens,
                estimatedInputTokens: execution.spending.estimate?.inputTokens,
                estimatedOutputTokens: execution.spending.estimate?.outputTokens,
                cost: execution.cost(info, at: provider, parts).map { UsageCost($0) },
                outcome: error.map { "\($0.reason)" } ?? "ok", attempts: execution.attempts,
                duration: (now - execution.started).wholeMicroseconds,
                queued: (info?.latency?.queue ?? execution.queueTime).wholeMicroseconds,
                firstContent: info?.latency?.firstToken?.wholeMicroseconds, cache: (info?.cache ?? .bypass).word))
        // What the others took on the way, so that their budgets find it after a restart.
        for (other, costs) in parts where other != provider {
            for cost in costs where cost.micros != 0 {
                keep(
                    UsageRecord(
                        time: UnixTime.now.milliseconds, uid: caller.client.uid, client: caller.client.name,
                        operation: execution.operation, model: model.name, provider: other, cost: UsageCost(cost),
                        outcome: "ok", attempts: 0, duration: 0, cache: UsageRecord.part))
            }
        }
    }
}

extension Execution {
    /// What was paid for it, whether it came to an answer or not; nil where that is not known, and for an answer that another request paid for.
    func cost(_ info: ReplyInfo?) -> Cost? {
        if !spending.isNothing { return spending.cost }
        return info?.isNew == false ? nil : info?.cost
    }

    /// What of it this provider took. Nil where that is not known, or it is no single sum.
    fileprivate func cost(_ info: ReplyInfo?, at provider: String, _ parts: [String: [Cost]]) -> Cost? {
        guard !spending.isNothing else { return cost(info) }
        guard !spending.isUnpriced else { return nil }
        let own = parts[provider] ?? []
        if own.isEmpty { return spending.costs.first.map { Cost(micros: 0, currency: $0.currency) } }
        return own.count > 1 ? nil : own.first
    }
}

extension UsageCost {
    fileprivate init(_ cost: Cost) { self.init(micros: cost.micros, currency: cost.currency) }
}

extension CacheState {
    fileprivate var word: String {
        switch self {
        case .bypass: "bypass"
        case .miss: "miss"
        case .hit: "hit"
        case .stale: "stale"
        case .coalesced: "coalesced"
        }
    }
}
