import LLMGWCore
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
    }

    /// Nil where there is no state directory, or no thread to be had for it.
    let ledger: UsageLedger?
    private(set) var clients: [String: Sums] = [:]
    private let scheduler: any LoopScheduler

    init(directory: String?, scheduler: any LoopScheduler, logger: Logger) {
        self.scheduler = scheduler
        do throws(StorageError) {
            ledger = try directory.map { path throws(StorageError) in
                try UsageLedger(UsageLedger.Settings(path: "\(path)/ledger.db"))
            }
        } catch {
            ledger = nil
            logger.error("no usage ledger", metadata: ["llmgw-problem": "\(error)"])
        }
    }

    /// What waits is written first.
    func close() async { await ledger?.close() }

    /// A request has ended. `usage` is what an upstream counted for it.
    func note(_ execution: Execution, model: ModelSettings, error: GatewayError?, usage: Usage?, info: ReplyInfo?) {
        guard let caller = execution.caller else { return }
        let cost = info?.isNew == false ? nil : info?.cost
        var sums = clients[caller.client.name] ?? Sums()
        sums.counts.note(error)
        if let usage { sums.usage = sums.usage + usage }
        if let cost { sums.costs[cost.currency, default: 0] += cost.micros }
        clients[caller.client.name] = sums
        guard let ledger else { return }
        let now = scheduler.now
        ledger.append(
            UsageRecord(
                time: UnixTime.now.milliseconds, uid: caller.client.uid, client: caller.client.name,
                operation: execution.operation, model: info?.model ?? error?.model ?? model.name,
                provider: info?.provider ?? error?.provider ?? "", deployment: info?.path.last?.deployment ?? "",
                inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens,
                cachedInputTokens: usage?.cachedInputTokens, reasoningTokens: usage?.reasoningTokens,
                cost: cost.map { UsageCost(micros: $0.micros, currency: $0.currency) },
                outcome: error.map { "\($0.reason)" } ?? "ok", attempts: execution.attempts,
                duration: (now - execution.started).wholeMicroseconds,
                queued: (info?.latency?.queue ?? execution.queueTime).wholeMicroseconds,
                firstContent: info?.latency?.firstToken?.wholeMicroseconds, cache: (info?.cache ?? .bypass).word))
    }
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
