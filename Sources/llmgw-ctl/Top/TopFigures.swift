import LLMGWCore

/// The gateway as a whole, in the figures above the tables.
struct TopFigures: Sendable {
    let inFlight: UInt32
    let waiting: UInt32
    /// How long the first in a queue has waited; nil where none waits, or the daemon has no queues.
    let oldest: Duration?
    let requestsPerSecond: Double?
    let inputTokensPerSecond: Double?
    let outputTokensPerSecond: Double?
    /// Of the model with the most answers: quantiles of several models do not add up.
    let firstToken: LatencyRow?
    let failed: UInt64
    /// Of the requests that ended within the window of the rates.
    let failedShare: Double?
    let costs: [Cost]
    /// Since the daemon's start; nil without a cache, or where nothing asked it.
    let hitRate: Double?

    init(_ history: TopHistory, _ sample: TopSample) {
        let status = sample.status
        inFlight = status.inFlight
        // Quota has the requests wait before, a provider's limit of concurrency after they have been admitted.
        waiting = status.waiting + status.providers.reduce(0) { $0 + $1.waiting }
        oldest = sample.queues?.queues.compactMap(\.oldest).max()
        requestsPerSecond = history.rate { $0.status.totals.requests }
        inputTokensPerSecond = history.rate { $0.status.models.reduce(0) { $0 + ($1.usage.inputTokens ?? 0) } }
        outputTokensPerSecond = history.rate { $0.status.models.reduce(0) { $0 + ($1.usage.outputTokens ?? 0) } }
        firstToken = sample.firstTokens(.model).max { $0.count < $1.count }
        failed = status.totals.failed
        failedShare = history.share({ $0.status.totals.failed }, of: { $0.status.totals.ended })
        costs = status.costsToday
        hitRate = status.cache?.hitRate
    }
}

extension RequestCounts {
    /// Those that came to an end.
    var ended: UInt64 { succeeded + failed + cancelled }
}
