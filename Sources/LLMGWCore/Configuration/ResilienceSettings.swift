/// `[resilience]`: who is asked again, how often and when.
public struct ResilienceSettings: Sendable, Hashable {
    /// Attempts at one deployment, the first included.
    public var maxAttempts: Int
    /// Attempts for one request, over all deployments and fallback models.
    public var maxTotalAttempts: Int
    /// The first pause is random up to this, each further one up to twice as long.
    public var backoffBase: Duration
    public var backoffMax: Duration
    /// A deployment that asks for a longer pause is not asked again for this request.
    public var maxRetryAfter: Duration
    /// An attempt that would have less time than this until the deadline is not begun.
    public var minServiceTime: Duration
    /// Retries for each request, on average.
    public var retryBudgetRatio: Double
    /// Retries in a minute that are always allowed.
    public var retryBudgetPerMinute: Int
    /// Whether a request that may already have been processed is repeated, where the caller did not say.
    public var retryAmbiguous: Bool
    /// Attempts at one deployment for failures of these reasons, instead of `maxAttempts`.
    public var attempts: [ErrorReason: Int]
    /// Reasons for which the same deployment is not asked again, although the table allows it.
    public var noRetry: Set<ErrorReason>
    /// Reasons for which nobody else is asked, although the table allows it.
    public var noFallback: Set<ErrorReason>
    public var breaker: BreakerPreset
    /// How long a deployment that recovered gets less than its share.
    public var slowStart: Duration
    /// Between two checks of a provider that nobody asked for; zero turns them off.
    public var activeCheckInterval: Duration
    /// Checks in a row that fail before a provider counts as down.
    public var activeCheckFailures: Int
    /// Checks in a row that succeed before it counts as up again.
    public var activeCheckRecoveries: Int

    public init(
        maxAttempts: Int = 3, maxTotalAttempts: Int = 5, backoffBase: Duration = .milliseconds(500),
        backoffMax: Duration = .seconds(8), maxRetryAfter: Duration = .seconds(120),
        minServiceTime: Duration = .seconds(2), retryBudgetRatio: Double = 0.2, retryBudgetPerMinute: Int = 10,
        retryAmbiguous: Bool = false, attempts: [ErrorReason: Int] = [:], noRetry: Set<ErrorReason> = [],
        noFallback: Set<ErrorReason> = [],
        breaker: BreakerPreset = .recommended, slowStart: Duration = .seconds(60),
        activeCheckInterval: Duration = .zero, activeCheckFailures: Int = 3, activeCheckRecoveries: Int = 2
    ) {
        self.maxAttempts = maxAttempts
        self.maxTotalAttempts = maxTotalAttempts
        self.backoffBase = backoffBase
        self.backoffMax = backoffMax
        self.maxRetryAfter = maxRetryAfter
        self.minServiceTime = minServiceTime
        self.retryBudgetRatio = retryBudgetRatio
        self.retryBudgetPerMinute = retryBudgetPerMinute
        self.retryAmbiguous = retryAmbiguous
        self.attempts = attempts
        self.noRetry = noRetry
        self.noFallback = noFallback
        self.breaker = breaker
        self.slowStart = slowStart
        self.activeCheckInterval = activeCheckInterval
        self.activeCheckFailures = activeCheckFailures
        self.activeCheckRecoveries = activeCheckRecoveries
    }
}

/// How soon a circuit breaker opens.
public enum BreakerPreset: String, Sendable, CaseIterable {
    case off, conservative, recommended, aggressive
}

/// Whom to ask when a model cannot answer. In order; each is asked at most once for a request.
public struct FallbackSettings: Sendable, Hashable {
    /// For failures of the upstream.
    public var general: [String]
    /// For conversations longer than the model's context.
    public var context: [String]
    /// For answers that the model's content policy refused.
    public var content: [String]
    /// The answer when nobody can give one.
    public var cannedReply: String?

    public init(
        general: [String] = [], context: [String] = [], content: [String] = [], cannedReply: String? = nil
    ) {
        self.general = general
        self.context = context
        self.content = content
        self.cannedReply = cannedReply
    }

    public var isEmpty: Bool { general.isEmpty && context.isEmpty && content.isEmpty && cannedReply == nil }
}
