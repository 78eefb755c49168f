public import LLMGWCore

/// Where a request stands when an attempt of it has failed.
public struct RetryContext: Sendable, Hashable {
    /// Attempts so far over all targets, the failed one included.
    public var attempts: Int
    /// Attempts so far at the target that failed.
    public var attemptsOnTarget: Int
    /// The caller has content of the answer already.
    public var hasSentContent: Bool
    /// The caller accepts that the request may run twice.
    public var callerAllowsAmbiguous: Bool
    public var deadline: MonotonicInstant
    /// When the gates of the target that failed let a request through; nil if they do now.
    public var targetOpensAt: MonotonicInstant?
    /// When a target of the error's fallback chain that was not tried lets a request through; nil if there is none. For an error
    /// whose fallback is opt-in, a target here is the opt-in.
    public var fallbackOpensAt: MonotonicInstant?

    public init(
        attempts: Int, attemptsOnTarget: Int, hasSentContent: Bool = false, callerAllowsAmbiguous: Bool = true,
        deadline: MonotonicInstant, targetOpensAt: MonotonicInstant? = nil, fallbackOpensAt: MonotonicInstant? = nil
    ) {
        self.attempts = attempts
        self.attemptsOnTarget = attemptsOnTarget
        self.hasSentContent = hasSentContent
        self.callerAllowsAmbiguous = callerAllowsAmbiguous
        self.deadline = deadline
        self.targetOpensAt = targetOpensAt
        self.fallbackOpensAt = fallbackOpensAt
    }
}

/// What to do after an attempt has failed.
public enum RetryDecision: Sendable, Hashable {
    /// The same target again, not before this.
    case retry(at: MonotonicInstant)
    /// The next target of the fallback chain, not before this.
    case fallback(at: MonotonicInstant)
    /// The caller gets the error of the attempt.
    case stop(Reason)

    /// Why there is no further attempt.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The caller has begun to read; a second answer would not continue the first.
        case contentSent = "content_sent"
        /// The same request would fail again, and nothing else can take it.
        case notRetryable = "not_retryable"
        /// It may have run, and the caller wants it to run once at most.
        case ambiguous
        case attemptsExhausted = "attempts_exhausted"
        /// No attempt could start early enough.
        case deadline
        /// The upstream asks for a longer wait than the policy allows.
        case hintTooLong = "hint_too_long"
        case budgetExhausted = "budget_exhausted"
    }
}
