/// One question to an upstream on the way to an answer.
public struct AttemptInfo: Sendable, Hashable {
    /// The model's name in the gateway's configuration.
    public var model: String
    /// The deployment's name within that model.
    public var deployment: String
    public var provider: String
    /// Why it failed; nil where it succeeded.
    public var reason: ErrorReason?
    public var httpStatus: UInt32?
    /// Before the attempt: queue, pause between attempts, a gate that had to open. For a hedge: since the other attempt began.
    public var wait: Duration
    public var duration: Duration
    /// Until the first content; nil where none came.
    public var firstToken: Duration?
    /// It was begun beside an attempt that was slow.
    public var isHedge: Bool

    public init(
        model: String, deployment: String, provider: String, reason: ErrorReason? = nil, httpStatus: UInt32? = nil,
        wait: Duration, duration: Duration, firstToken: Duration? = nil, isHedge: Bool = false
    ) {
        self.model = model
        self.deployment = deployment
        self.provider = provider
        self.reason = reason
        self.httpStatus = httpStatus
        self.wait = wait
        self.duration = duration
        self.firstToken = firstToken
        self.isHedge = isHedge
    }
}

/// Where an answer came from.
public struct ReplySource: OpenWord {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The model that was asked for.
    public static let model = ReplySource(rawValue: "model")
    /// Another model, which the configuration names in its place.
    public static let fallback = ReplySource(rawValue: "fallback")
    /// A text of the configuration.
    public static let canned = ReplySource(rawValue: "canned")
}
