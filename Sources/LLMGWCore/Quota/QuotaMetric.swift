/// What a limit counts.
public enum QuotaMetric: Int, Sendable, Hashable, CaseIterable {
    case requestsPerMinute, requestsPerDay, tokensPerMinute, inputTokensPerMinute, outputTokensPerMinute, concurrency

    /// The stretch of time in which the limit may be used once; nil for what is in use at this moment.
    public var window: Duration? {
        switch self {
        case .requestsPerMinute, .tokensPerMinute, .inputTokensPerMinute, .outputTokensPerMinute: .seconds(60)
        case .requestsPerDay: .seconds(86_400)
        case .concurrency: nil
        }
    }

    /// Whether it counts requests in a stretch of time, whatever their size.
    public var countsRequests: Bool { self == .requestsPerMinute || self == .requestsPerDay }

    /// For people: "requests/min".
    public var name: String {
        switch self {
        case .requestsPerMinute: "requests/min"
        case .requestsPerDay: "requests/day"
        case .tokensPerMinute: "tokens/min"
        case .inputTokensPerMinute: "input tokens/min"
        case .outputTokensPerMinute: "output tokens/min"
        case .concurrency: "concurrency"
        }
    }

    /// The name of the setting.
    public var setting: String {
        switch self {
        case .requestsPerMinute: "rpm"
        case .requestsPerDay: "rpd"
        case .tokensPerMinute: "tpm"
        case .inputTokensPerMinute: "itpm"
        case .outputTokensPerMinute: "otpm"
        case .concurrency: "max_concurrency"
        }
    }
}

/// How much of each metric may be used; what is absent has no limit.
public struct QuotaLimits: Sendable, Hashable {
    private var limits: [QuotaMetric: Int]

    public init(_ limits: [QuotaMetric: Int] = [:]) {
        self.limits = limits
    }

    public subscript(metric: QuotaMetric) -> Int? {
        get { limits[metric] }
        set { limits[metric] = newValue }
    }

    public var isEmpty: Bool { limits.isEmpty }
}
