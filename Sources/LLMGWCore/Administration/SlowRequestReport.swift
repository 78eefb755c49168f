/// How many of the slowest are asked for.
public struct SlowRequestQuery: Sendable, Hashable {
    /// Nil means all that are remembered.
    public var max: UInt32?

    public init(
        max: UInt32? = nil
    ) {
        self.max = max
    }
}

/// The slowest of the last requests, the slowest first.
public struct SlowRequestReport: Sendable, Hashable {
    public var requests: [RequestRecord]
    /// What takes as long is remembered.
    public var threshold: Duration?

    public init(
        requests: [RequestRecord] = [], threshold: Duration? = nil
    ) {
        self.requests = requests
        self.threshold = threshold
    }
}
