/// What keeps requests from an upstream that fails.
public struct BreakerStatus: Sendable, Hashable {
    /// "provider/NAME" or "deployment/MODEL/NAME".
    public var scope: String
    public var state: State
    /// Of the calls in the window, 0 to 1; nil where there is none.
    public var failureRate: Double?
    public var slowRate: Double?
    /// Calls in the window.
    public var calls: UInt32
    public var consecutiveFailures: UInt32
    /// How often it opened since the daemon started.
    public var opens: UInt64
    /// Until it lets a probe through; nil where it is not open.
    public var remaining: Duration?
    /// Nil where nobody forced it.
    public var forced: Forced?

    public struct State: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let closed = State(rawValue: "closed")
        public static let open = State(rawValue: "open")
        public static let halfOpen = State(rawValue: "half-open")
        public static let forcedOpen = State(rawValue: "forced-open")
        public static let forcedClosed = State(rawValue: "forced-closed")
        /// The configuration wants none.
        public static let off = State(rawValue: "off")
    }

    /// Who forced it, why, and for how long.
    public struct Forced: Sendable, Hashable {
        public var by: String
        public var reason: String
        /// Nil: until somebody resets it.
        public var remaining: Duration?

        public init(by: String, reason: String, remaining: Duration?) {
            self.by = by
            self.reason = reason
            self.remaining = remaining
        }
    }

    public init(
        scope: String, state: State, failureRate: Double? = nil, slowRate: Double? = nil, calls: UInt32 = 0,
        consecutiveFailures: UInt32 = 0, opens: UInt64 = 0, remaining: Duration? = nil, forced: Forced? = nil
    ) {
        self.scope = scope
        self.state = state
        self.failureRate = failureRate
        self.slowRate = slowRate
        self.calls = calls
        self.consecutiveFailures = consecutiveFailures
        self.opens = opens
        self.remaining = remaining
        self.forced = forced
    }
}

/// What an operator does to a breaker.
public enum BreakerAction: UInt32, Sendable, CaseIterable, CustomStringConvertible {
    /// Closes it, forgets its window, and ends what was forced.
    case reset = 1
    /// Lets nothing through.
    case forceOpen
    /// Lets everything through, whatever fails.
    case forceClosed

    public var description: String {
        switch self {
        case .reset: "reset"
        case .forceOpen: "force-open"
        case .forceClosed: "force-closed"
        }
    }
}

/// An operator's order to a breaker.
public struct BreakerCommand: Sendable, Hashable {
    /// "provider/NAME" or "deployment/MODEL/NAME".
    public var scope: String
    public var action: BreakerAction
    /// Why, for other people: one line.
    public var reason: String
    /// How long it stays forced; nil: until somebody resets it. Not with a reset.
    public var ttl: Duration?

    public init(scope: String, action: BreakerAction, reason: String = "", ttl: Duration? = nil) {
        self.scope = scope
        self.action = action
        self.reason = reason
        self.ttl = ttl
    }
}
