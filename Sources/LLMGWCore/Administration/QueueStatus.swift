/// Who waits.
public struct QueueReport: Sendable, Hashable {
    public var queues: [QueueStatus]
    /// All clients together, also those that the caller does not see.
    public var waiting: UInt32
    public var maxWaiting: UInt32

    public init(
        queues: [QueueStatus] = [], waiting: UInt32 = 0, maxWaiting: UInt32 = 0
    ) {
        self.queues = queues
        self.waiting = waiting
        self.maxWaiting = maxWaiting
    }
}

/// One client's requests that wait in one band.
public struct QueueStatus: Sendable, Hashable {
    public var client: String
    public var uid: UInt32
    public var priority: Priority?
    public var waiting: UInt32
    /// 0 means no limit.
    public var maxWaiting: UInt32
    /// How long the oldest has waited; nil where none waits.
    public var oldest: Duration?
    /// What the client has used, in weighted tokens: the smallest of a band is served next.
    public var virtualTokens: Double
    public var weight: Double

    public init(
        client: String = "", uid: UInt32 = 0, priority: Priority? = nil, waiting: UInt32 = 0, maxWaiting: UInt32 = 0,
        oldest: Duration? = nil, virtualTokens: Double = 0, weight: Double = 0
    ) {
        self.client = client
        self.uid = uid
        self.priority = priority
        self.waiting = waiting
        self.maxWaiting = maxWaiting
        self.oldest = oldest
        self.virtualTokens = virtualTokens
        self.weight = weight
    }
}
