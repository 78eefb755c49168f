/// What is paused, by whom, and for how long.
public struct PauseStatus: Sendable, Hashable {
    /// "all", "provider/NAME", "model/NAME" or "client/NAME".
    public var scope: String
    public var by: String
    public var reason: String
    /// Nil: until somebody resumes it.
    public var remaining: Duration?
    /// As in `PauseCommand`.
    public var refuse: Bool

    public init(
        scope: String = "", by: String = "", reason: String = "", remaining: Duration? = nil, refuse: Bool = false
    ) {
        self.scope = scope
        self.by = by
        self.reason = reason
        self.remaining = remaining
        self.refuse = refuse
    }
}

/// An order to start no more requests.
public struct PauseCommand: Sendable, Hashable {
    /// "all", "provider/NAME", "model/NAME" or "client/NAME"; nil means "all".
    public var scope: String?
    /// Why, for other people: one line.
    public var reason: String
    /// Nil: until somebody resumes it.
    public var ttl: Duration?
    /// Requests end at once. Else they wait, as long as queue and deadline allow.
    public var refuse: Bool

    public init(
        scope: String? = nil, reason: String = "", ttl: Duration? = nil, refuse: Bool = false
    ) {
        self.scope = scope
        self.reason = reason
        self.ttl = ttl
        self.refuse = refuse
    }
}

/// The end of a pause.
public struct ResumeCommand: Sendable, Hashable {
    /// Nil ends every pause.
    public var scope: String?

    public init(
        scope: String? = nil
    ) {
        self.scope = scope
    }
}
