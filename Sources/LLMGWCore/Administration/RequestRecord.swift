/// A request that has ended.
public struct RequestRecord: Sendable, Hashable {
    public var requestID: String
    /// "Chat", "Embed", …
    public var operation: String
    public var model: String
    public var provider: String
    public var client: String
    public var uid: UInt32
    public var priority: Priority?
    /// Nil where it succeeded.
    public var reason: ErrorReason?
    public var attempts: UInt32
    public var latency: Latency?
    public var usage: Usage?
    public var cost: Cost?
    public var cache: CacheState?
    public var started: UnixTime?
    public var stream: Bool

    public init(
        requestID: String = "", operation: String = "", model: String = "", provider: String = "", client: String = "",
        uid: UInt32 = 0, priority: Priority? = nil, reason: ErrorReason? = nil, attempts: UInt32 = 0,
        latency: Latency? = nil, usage: Usage? = nil, cost: Cost? = nil, cache: CacheState? = nil,
        started: UnixTime? = nil, stream: Bool = false
    ) {
        self.requestID = requestID
        self.operation = operation
        self.model = model
        self.provider = provider
        self.client = client
        self.uid = uid
        self.priority = priority
        self.reason = reason
        self.attempts = attempts
        self.latency = latency
        self.usage = usage
        self.cost = cost
        self.cache = cache
        self.started = started
        self.stream = stream
    }
}
