/// An order to let the program on the disk take the daemon's place.
public struct UpgradeCommand: Sendable, Hashable {
    /// How long the new daemon may take until it serves; nil means 30 s.
    public var timeout: Duration?

    public init(
        timeout: Duration? = nil
    ) {
        self.timeout = timeout
    }
}

/// What came of it.
public struct UpgradeReport: Sendable, Hashable {
    /// False where there are problems: the daemon goes on as before.
    public var done: Bool
    /// Of the new daemon, as far as it has come.
    public var pid: UInt32?
    public var version: String?
    public var problems: [String]
    /// How many requests the old daemon brings to their end, and for how long at most.
    public var inFlight: UInt32
    public var grace: Duration

    public init(
        done: Bool = false, pid: UInt32? = nil, version: String? = nil, problems: [String] = [], inFlight: UInt32 = 0,
        grace: Duration = .zero
    ) {
        self.done = done
        self.pid = pid
        self.version = version
        self.problems = problems
        self.inFlight = inFlight
        self.grace = grace
    }
}
