public import LLMGWCore

/// Where a request stands when its attempt turns out to be slow.
public struct HedgeContext: Sendable, Hashable {
    /// Attempts that have begun, the slow one included.
    public var attempts: Int
    /// One has been begun for this request before.
    public var hasHedged: Bool
    /// The caller has forbidden that the request runs twice.
    public var callerForbidsTwice: Bool
    public var deadline: MonotonicInstant
    /// A deployment that was not asked is at hand: its breakers are closed, its gates open, its limits have room to spare.
    public var hasTarget: Bool

    public init(
        attempts: Int, hasHedged: Bool = false, callerForbidsTwice: Bool = false, deadline: MonotonicInstant,
        hasTarget: Bool
    ) {
        self.attempts = attempts
        self.hasHedged = hasHedged
        self.callerForbidsTwice = callerForbidsTwice
        self.deadline = deadline
        self.hasTarget = hasTarget
    }
}

/// Decides whether a slow attempt gets a hedge. A value without states; tokens are taken only where it says `begin`.
public struct HedgePolicy: Sendable {
    /// What has to be left of every limit once the hedge has its part: it is for nobody's benefit but its own request's.
    public static let headroom = 0.3

    public enum Decision: Sendable, Hashable {
        case begin
        case withhold(Reason)
    }

    /// Why there is no hedge.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The caller wants the request to run once at most.
        case runsOnce = "runs_once"
        /// The request has had its hedge.
        case hasHedged = "has_hedged"
        case attemptsExhausted = "attempts_exhausted"
        /// Too little time is left for it.
        case deadline
        /// No other deployment may be asked, or none has room to spare.
        case noDeployment = "no_deployment"
        /// Hedges, or retries at its provider, are a large enough share of the requests already.
        case budgetExhausted = "budget_exhausted"
    }

    private let settings: RetrySettings

    public init(settings: RetrySettings) {
        precondition(settings.defect == nil, settings.defect ?? "")
        self.settings = settings
    }

    /// `retries` is the budget of the hedge's provider: for it a hedge is load that its callers did not ask for, as a retry is.
    public func decide(
        _ context: HedgeContext, hedges: inout HedgeBudget, retries: inout RetryBudget, now: MonotonicInstant
    ) -> Decision {
        guard !context.callerForbidsTwice else { return .withhold(.runsOnce) }
        guard !context.hasHedged else { return .withhold(.hasHedged) }
        guard context.attempts < settings.maxAttempts else { return .withhold(.attemptsExhausted) }
        guard now < context.deadline, now + settings.minimumService <= context.deadline else {
            return .withhold(.deadline)
        }
        guard context.hasTarget else { return .withhold(.noDeployment) }
        guard hedges.hasToken, retries.withdraw(now: now), hedges.withdraw() else {
            return .withhold(.budgetExhausted)
        }
        return .begin
    }
}
