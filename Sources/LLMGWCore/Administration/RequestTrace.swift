/// How a request came to its end, decision by decision.
public struct RequestTrace: Sendable, Hashable {
    public var requestID: String
    /// "Chat", "Embed", …
    public var operation: String
    public var model: String
    public var uid: UInt32
    /// How long ago it began.
    public var age: Duration
    public var steps: [TraceStep]
    /// How it ended; nil where it succeeded, or still runs.
    public var reason: ErrorReason?
    /// True while it has no end.
    public var isRunning: Bool

    public init(
        requestID: String, operation: String, model: String, uid: UInt32, age: Duration, steps: [TraceStep],
        reason: ErrorReason? = nil, isRunning: Bool = false
    ) {
        self.requestID = requestID
        self.operation = operation
        self.model = model
        self.uid = uid
        self.age = age
        self.steps = steps
        self.reason = reason
        self.isRunning = isRunning
    }
}

/// One decision on the way of a request.
public struct TraceStep: Sendable, Hashable {
    /// Since the request began.
    public var at: Duration
    public var model: String
    public var deployment: String
    public var decision: Decision
    /// For people: why it was decided. Neither prompt nor key.
    public var detail: String
    public var wait: Duration?
    /// How it failed; nil where it did not.
    public var reason: ErrorReason?
    public var httpStatus: UInt32?
    public var duration: Duration?

    public struct Decision: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let attempt = Decision(rawValue: "attempt")
        public static let retry = Decision(rawValue: "retry")
        public static let fallback = Decision(rawValue: "fallback")
        public static let wait = Decision(rawValue: "wait")
        public static let reject = Decision(rawValue: "reject")
        public static let canned = Decision(rawValue: "canned")
        public static let cache = Decision(rawValue: "cache")
        public static let hedge = Decision(rawValue: "hedge")
    }

    public init(
        at: Duration, model: String, deployment: String, decision: Decision, detail: String = "",
        wait: Duration? = nil, reason: ErrorReason? = nil, httpStatus: UInt32? = nil, duration: Duration? = nil
    ) {
        self.at = at
        self.model = model
        self.deployment = deployment
        self.decision = decision
        self.detail = detail
        self.wait = wait
        self.reason = reason
        self.httpStatus = httpStatus
        self.duration = duration
    }
}
