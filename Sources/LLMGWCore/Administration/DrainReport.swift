/// An order to come to an end.
public struct DrainCommand: Sendable, Hashable {
    /// How long what runs may take; nil means `server.drain_timeout`.
    public var grace: Duration?

    public init(
        grace: Duration? = nil
    ) {
        self.grace = grace
    }
}

/// What the end waits for.
public struct DrainReport: Sendable, Hashable {
    public var inFlight: UInt32
    public var grace: Duration

    public init(
        inFlight: UInt32 = 0, grace: Duration = .zero
    ) {
        self.inFlight = inFlight
        self.grace = grace
    }
}
