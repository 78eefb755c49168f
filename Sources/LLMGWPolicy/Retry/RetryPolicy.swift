public import LLMGWCore

/// Decides after each failed attempt: again, elsewhere, or not at all. The only place that does, so that attempts do not multiply.
///
/// A value without states; the request's state is the argument. What it promises, whatever the input: nothing after the first
/// content; nothing that the table forbids; no more attempts than the cap; none that starts at or after the deadline,
/// or before a time the upstream named or a gate; what may have run is repeated only if the caller allows it.
/// Wrong input: settings with a `defect`, or counts below 1, are our bug (precondition).
public struct RetryPolicy: Sendable {
    public let settings: RetrySettings
    public let table: FailureTable

    public init(settings: RetrySettings = RetrySettings(), table: FailureTable = .standard) {
        precondition(settings.defect == nil, settings.defect ?? "")
        self.settings = settings
        self.table = table
    }

    /// `budget` is that of the provider that failed; a token is taken if the decision costs one.
    public func decide(
        after error: GatewayError, _ context: RetryContext, budget: inout RetryBudget, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> RetryDecision {
        precondition(context.attempts >= 1 && context.attemptsOnTarget >= 1, "an attempt has failed")
        let rule = table[error.reason]
        guard !context.hasSentContent else { return .stop(.contentSent) }
        let fallback = rule.fallback == .never ? nil : context.fallbackOpensAt
        let repetition = repetition(rule, error)
        guard repetition != .never || fallback != nil else { return .stop(.notRetryable) }
        guard now < context.deadline else { return .stop(.deadline) }
        guard context.attempts < settings.maxAttempts else { return .stop(.attemptsExhausted) }
        let mayHaveRun = rule.isLoss && error.retry == .ambiguous && !error.notProcessed
        guard !mayHaveRun || context.callerAllowsAmbiguous else { return .stop(.ambiguous) }

        let same = repetition == .never ? .stop(.notRetryable) : again(rule, error, context, now: now, using: &random)
        let other = fallback.map { max($0, now) }.flatMap { $0 < context.deadline ? $0 : nil }
        let decision: RetryDecision
        switch (same, other) {
        case (.retry(let at), let other?):
            // A wait that the upstream asks for is idle time; a short random one spares the fallback.
            let isHeld = repetition == .paced || earliest(rule, error, context, now: now) > now
            decision = isHeld && other <= at ? .fallback(at: other) : same
        case (_, let other?): decision = .fallback(at: other)
        case (.stop(.notRetryable), nil): decision = .stop(fallback == nil ? .notRetryable : .deadline)
        case (_, nil): decision = same
        }
        if case .stop = decision { return decision }
        // Throttled requests are paced by the gate, and add no load that the upstream did not ask for.
        guard repetition == .paced || budget.withdraw(now: now) else { return .stop(.budgetExhausted) }
        return decision
    }

    /// What the upstream says of this very failure comes before what is known of its class.
    private func repetition(_ rule: FailureRule, _ error: GatewayError) -> FailureRule.Repetition {
        guard error.origin == .upstream else { return rule.repetition }
        return switch error.retry {
        case .never: .never
        case .safe, .after: rule.repetition == .never ? .backoff : rule.repetition
        case .ambiguous, .unspecified: rule.repetition
        }
    }

    /// When the same target can be asked again, or why it cannot.
    private func again(
        _ rule: FailureRule, _ error: GatewayError, _ context: RetryContext, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> RetryDecision {
        let cap = rule.maxAttempts ?? settings.maxAttemptsPerTarget
        guard context.attemptsOnTarget < cap else { return .stop(.attemptsExhausted) }
        guard error.retryAfter ?? .zero <= settings.maxHint else { return .stop(.hintTooLong) }
        let start = earliest(rule, error, context, now: now)
        // Those who were told the same time do not all come back at that time.
        let spread = Duration.random(upTo: min((start - now) / 10, .seconds(1)), using: &random)
        let backoff = Duration.random(upTo: longestDelay(attempt: context.attemptsOnTarget), using: &random)
        let at = max(start + spread, now + backoff)
        let isInTime = at < context.deadline && at + settings.minimumService <= context.deadline
        return isInTime ? .retry(at: at) : .stop(.deadline)
    }

    /// Not before this: the time the upstream named, and what its gates say.
    private func earliest(
        _ rule: FailureRule, _ error: GatewayError, _ context: RetryContext, now: MonotonicInstant
    ) -> MonotonicInstant {
        let hinted = now + max(error.retryAfter ?? .zero, .zero)
        let gated = rule.gate?.until(after: error, now: now) ?? now
        return max(hinted, gated, context.targetOpensAt ?? now)
    }

    /// The upper bound of the random wait after the attempt of this number.
    private func longestDelay(attempt: Int) -> Duration {
        var delay = settings.baseDelay
        for _ in 1..<attempt where delay < settings.maxDelay { delay *= 2 }
        return min(delay, settings.maxDelay)
    }
}

extension Duration {
    /// Evenly distributed from zero to `end`.
    fileprivate static func random(
        upTo end: Duration, using random: inout some RandomNumberGenerator
    ) -> Duration {
        .nanoseconds(Int64.random(in: 0...end.wholeNanoseconds, using: &random))
    }
}
