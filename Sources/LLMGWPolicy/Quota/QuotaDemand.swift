public import LLMGWCore

/// What one request is expected to take.
public struct QuotaDemand: Sendable, Hashable {
    public var inputTokens: Int
    /// What answers of this kind take, nine times out of ten.
    public var outputTokens: Int
    /// What the caller allows for the answer.
    public var maxTokens: Int?

    public init(inputTokens: Int, outputTokens: Int = 0, maxTokens: Int? = nil) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.maxTokens = maxTokens
    }

    /// What to reserve, and the part of it that is certain: a limit below the certain part can never be met, the rest is cut to the limit.
    ///
    /// `countsMaximum`: the provider counts what the caller allows, used or not.
    func amount(of metric: QuotaMetric, countsMaximum: Bool) -> (certain: Int, wanted: Int) {
        switch metric {
        case .requestsPerMinute, .requestsPerDay, .concurrency: (1, 1)
        case .inputTokensPerMinute: (inputTokens, inputTokens)
        case .outputTokensPerMinute: (0, outputTokens)
        case .tokensPerMinute:
            (inputTokens, max(inputTokens + outputTokens, countsMaximum ? maxTokens ?? 0 : 0))
        }
    }

    /// What the fair queue charges: output is dearer to make than input is to read.
    public var weight: Double { Double(inputTokens) + 2 * Double(outputTokens) }
}

/// Whether a request may go.
public enum QuotaFit: Sendable, Equatable {
    case now
    /// Not before; the metric is what it waits for, nil for a gate.
    case at(MonotonicInstant, QuotaMetric?)
    /// When another request is done.
    case onRelease
    /// It is larger than the limit.
    case never(QuotaMetric, limit: Int)

    /// Whether a smaller request could go where this one cannot.
    var dependsOnSize: Bool {
        switch self {
        case .at(_, .tokensPerMinute?), .at(_, .inputTokensPerMinute?), .at(_, .outputTokensPerMinute?): true
        case .at, .now, .onRelease, .never: false
        }
    }

    /// The stricter of both.
    public func and(_ other: QuotaFit) -> QuotaFit {
        switch (self, other) {
        case (.never, _), (_, .now): self
        case (_, .never), (.now, _): other
        case (.onRelease, _): self
        case (_, .onRelease): other
        case (.at(let a, _), .at(let b, _)): a >= b ? self : other
        }
    }
}

/// What became of what was reserved.
public enum Settlement: Sendable, Hashable {
    /// It never left the host: everything is given back.
    case notSent
    /// The upstream counted. What it did not count stays as it was reserved.
    case used(Usage)
    /// The upstream refused it, and counts the request only.
    case refused
    /// Nobody knows: everything stays as it was reserved.
    case unknown
    /// The caller left when this much of the answer had come: at least that much was used.
    case interrupted(outputTokens: Int)

    /// What counts when a further attempt came to `next`: one that took less does not undo what this one took.
    public func followed(by next: Settlement) -> Settlement { next.severity >= severity ? next : self }

    private var severity: Int {
        switch self {
        case .notSent: 0
        case .refused: 1
        case .used, .unknown, .interrupted: 2
        }
    }

    /// The final amount of a metric, where `reserved` was reserved for the demand.
    public func amount(of metric: QuotaMetric, reserved: Int, demand: QuotaDemand) -> Int {
        let countsTokens: Bool
        switch metric {
        case .requestsPerMinute, .requestsPerDay, .concurrency: countsTokens = false
        case .tokensPerMinute, .inputTokensPerMinute, .outputTokensPerMinute: countsTokens = true
        }
        switch self {
        case .notSent: return 0
        case .refused: return countsTokens ? 0 : reserved
        case .unknown: return reserved
        case .used(let usage): return countsTokens ? usage.amount(of: metric) ?? reserved : reserved
        case .interrupted(let output):
            switch metric {
            case .tokensPerMinute: return max(reserved, demand.inputTokens + output)
            case .outputTokensPerMinute: return max(reserved, output)
            case .inputTokensPerMinute, .requestsPerMinute, .requestsPerDay, .concurrency: return reserved
            }
        }
    }
}

extension Usage {
    /// Nil where the upstream did not count it. A bare total cannot be split.
    func amount(of metric: QuotaMetric) -> Int? {
        switch metric {
        case .requestsPerMinute, .requestsPerDay, .concurrency: return nil
        case .tokensPerMinute:
            if let totalTokens { return Int(clamping: totalTokens) }
            guard let inputTokens, let outputTokens else { return nil }
            return Int(clamping: inputTokens).saturatingSum(Int(clamping: outputTokens))
        case .inputTokensPerMinute:
            // What a provider reads from its own prompt cache does not count against this limit.
            return inputTokens.map { Int(clamping: $0 - min($0, cachedInputTokens ?? 0)) }
        case .outputTokensPerMinute: return outputTokens.map { Int(clamping: $0) }
        }
    }
}

extension Int {
    func saturatingSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
