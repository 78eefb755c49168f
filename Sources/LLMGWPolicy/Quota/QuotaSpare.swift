import LLMGWCore

/// How many tokens a request may take at most without breaking a promise: whoever takes more need not be looked at any closer.
struct QuotaSpare: Sendable {
    private var input = Int.max
    private var output = Int.max
    private var total = Int.max
    /// Whose input is larger fits never, which has to be told.
    private var smallestLimit = Int.max

    mutating func lower(_ metric: QuotaMetric, to left: Int, limit: Int) {
        switch metric {
        case .requestsPerMinute, .requestsPerDay, .concurrency: preconditionFailure("\(metric.name) has no size")
        case .inputTokensPerMinute: input = min(input, left)
        case .outputTokensPerMinute: output = min(output, left)
        case .tokensPerMinute: total = min(total, left)
        }
        if metric == .inputTokensPerMinute || metric == .tokensPerMinute { smallestLimit = min(smallestLimit, limit) }
    }

    func excludes(_ demand: QuotaDemand) -> Bool {
        demand.inputTokens <= smallestLimit
            && (demand.inputTokens > input || demand.outputTokens > output
                || demand.inputTokens.saturatingSum(demand.outputTokens) > total)
    }
}
