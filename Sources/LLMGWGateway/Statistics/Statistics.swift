import LLMGWCore
import LLMGWPolicy
import LLMGWWire

/// What happened since the start. Counters only; nothing here depends on who asked or what.
@GatewayLoop
final class Statistics {
    let chunkTimes = ChunkTimes()
    private(set) var totals = RequestCounts()
    private var models: [String: (provider: String, counts: RequestCounts, usage: Usage)] = [:]
    private var providers: [String: (attempts: UInt64, failures: UInt64)] = [:]
    private var hedges: [String: [HedgeOutcome: UInt64]] = [:]
    private(set) var violations: [ProtocolViolation: UInt64] = [:]

    var protocolErrors: UInt64 { violations.values.reduce(0, +) }

    func note(_ violation: ProtocolViolation) { violations[violation, default: 0] += 1 }

    func noteAttempt(provider: String, failed: Bool) {
        providers[provider, default: (0, 0)].attempts += 1
        if failed { providers[provider, default: (0, 0)].failures += 1 }
    }

    func noteHedge(model: String, _ outcome: HedgeOutcome) { hedges[model, default: [:]][outcome, default: 0] += 1 }

    func hedges(model: String, _ outcome: HedgeOutcome) -> UInt64 { hedges[model]?[outcome] ?? 0 }

    func attempts(provider: String) -> (attempts: UInt64, failures: UInt64) { providers[provider] ?? (0, 0) }

    /// Hears of every request that ended.
    var usageBook: UsageBook?
    /// The same, of those too that were refused before their model was known.
    var observer: RequestObserver?

    /// A request ended. `usage` is what the upstream counted.
    func noteEnd(
        _ execution: Execution, model: ModelSettings, error: GatewayError?, usage: Usage? = nil, info: ReplyInfo? = nil
    ) {
        usageBook?.note(execution, model: model, error: error, usage: usage, info: info)
        observer?.note(execution, model: model, error: error, usage: usage, info: info)
        var entry = models[model.name] ?? (model.provider, RequestCounts(), Usage())
        entry.counts.note(error)
        if let usage { entry.usage = entry.usage + usage }
        models[model.name] = entry
        totals.note(error)
    }

    /// An upstream call ended that no request has waited for to its end.
    func noteUnclaimed(
        _ execution: Execution, model: ModelSettings, error: GatewayError?, usage: Usage? = nil, info: ReplyInfo? = nil
    ) {
        usageBook?.noteUnclaimed(execution, model: model, error: error, usage: usage, info: info)
    }

    /// A request ended before its model was known.
    func noteRefused(_ execution: Execution, _ error: GatewayError) {
        totals.note(error)
        observer?.note(execution, model: nil, error: error, usage: nil, info: nil)
    }

    var modelStatuses: [ModelStatus] {
        models.sorted { $0.key < $1.key }.map { name, entry in
            ModelStatus(name: name, provider: entry.provider, counts: entry.counts, usage: entry.usage)
        }
    }
}

extension RequestCounts {
    mutating func note(_ error: GatewayError?) {
        requests += 1
        switch error?.code {
        case nil: succeeded += 1
        case .cancelled?: cancelled += 1
        default: failed += 1
        }
    }
}
