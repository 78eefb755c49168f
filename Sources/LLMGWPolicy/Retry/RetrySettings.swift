/// How often and how long to try.
public struct RetrySettings: Sendable, Hashable {
    /// Attempts at one target.
    public var maxAttemptsPerTarget: Int
    /// Attempts over all targets, the first one included.
    public var maxAttempts: Int
    /// The upper bound of the first wait; it doubles each time, up to `maxDelay`.
    public var baseDelay: Duration
    public var maxDelay: Duration
    /// A target that asks for a longer wait is not asked again by this request.
    public var maxHint: Duration
    /// A repetition that would leave less than this before the deadline is not worth its wait.
    public var minimumService: Duration

    public init(
        maxAttemptsPerTarget: Int = 3, maxAttempts: Int = 5, baseDelay: Duration = .milliseconds(500),
        maxDelay: Duration = .seconds(8), maxHint: Duration = .seconds(120), minimumService: Duration = .seconds(2)
    ) {
        self.maxAttemptsPerTarget = maxAttemptsPerTarget
        self.maxAttempts = maxAttempts
        self.baseDelay = baseDelay
        self.maxDelay = maxDelay
        self.maxHint = maxHint
        self.minimumService = minimumService
    }

    /// What is wrong with these settings, for people; nil if nothing is.
    public var defect: String? {
        if maxAttemptsPerTarget < 1 { return "max_attempts_per_target must be at least 1" }
        if maxAttempts < 1 { return "max_attempts must be at least 1" }
        if baseDelay <= .zero || maxDelay < baseDelay { return "base_delay must be positive and at most max_delay" }
        if maxHint < .zero { return "max_hint must not be negative" }
        if minimumService < .zero { return "minimum_service must not be negative" }
        return nil
    }
}
