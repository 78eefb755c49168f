public import LLMGWCore

/// What the gateway does about one class of error.
public struct FailureRule: Sendable, Hashable {
    /// Whether the same target may be asked again.
    public enum Repetition: String, Sendable, Hashable, CaseIterable {
        case never
        /// After a random wait that grows, and not before the time the upstream named.
        case backoff
        /// After the time the upstream named; another target, which needs no wait, comes first.
        case paced
    }

    /// Which other target may be asked instead.
    public enum Fallback: String, Sendable, Hashable, CaseIterable {
        case never
        case any
        case otherKey = "another key or provider"
        case otherProvider = "another provider"
        case largerContext = "a larger context"
        case largerLimit = "a larger limit"
        /// The content chain, only where the configuration asks for it.
        case optIn = "opt-in"
        /// The content chain, asked for.
        case content

        /// The provider that failed would fail again, whichever of its deployments is asked: a key belongs to a provider.
        public var needsOtherProvider: Bool { self == .otherKey || self == .otherProvider }

        /// The fallback chain of the configuration that applies; nil if none does.
        public var chain: FallbackChain? {
            switch self {
            case .never, .optIn: nil
            case .any, .otherKey, .otherProvider: .general
            case .largerContext, .largerLimit: .contextWindow
            case .content: .content
            }
        }
    }

    /// What becomes of the quota that was reserved for the attempt.
    public enum Settlement: String, Sendable, Hashable, CaseIterable {
        /// All goes back: the upstream has not seen the request.
        case refund
        /// The request stays counted, its tokens go back.
        case request
        /// The request stays counted, its tokens as far as they are known, else as reserved.
        case requestAndTokens = "request and tokens"
        /// As before if anything was sent, else all goes back.
        case requestAndTokensIfSent = "request and tokens if sent"
        /// The request stays counted; its tokens too, where the provider counts failed requests.
        case requestAndTokensIfCounted = "request, and tokens where the provider counts failed requests"
    }

    /// What to keep away from for a while.
    public struct Gate: Sendable, Hashable {
        public enum Scope: String, Sendable, Hashable, CaseIterable {
            case deployment, provider
        }

        public var scope: Scope
        /// How long where the upstream names no time; nil means that then there is no gate.
        public var unhinted: Duration?
        /// The longest; what an upstream names beyond it is cut.
        public var longest: Duration?

        /// Closed until then because of `error`; nil if it sets no gate.
        public func until(after error: GatewayError, now: MonotonicInstant) -> MonotonicInstant? {
            let hint = error.retryAfter.flatMap { $0 > .zero ? $0 : nil }
            guard let duration = hint ?? unhinted else { return nil }
            return now + (longest.map { min($0, duration) } ?? duration)
        }
    }

    public var reason: ErrorReason
    public var repetition: Repetition
    public var fallback: Fallback
    public var breaker: BreakerOutcome
    /// The failure is one of the way to the provider, so its own breaker counts it too.
    public var isConnectionFailure: Bool
    /// The answer never came, or broke off: nobody knows whether the upstream did the work. An upstream that says that it failed is no loss.
    public var isLoss = false
    public var settlement: Settlement
    public var gate: Gate?
    /// Attempts at one target for this class; nil means the policy's number.
    public var maxAttempts: Int?
}

/// The chains of targets that a model can fall back to, by what went wrong.
public enum FallbackChain: String, Sendable, Hashable, CaseIterable {
    case general
    case contextWindow = "context_window"
    case content
}
