/// How an answer was made.
public struct ReplyInfo: Sendable, Hashable {
    public var requestID: String?
    /// The model's name in the gateway's configuration.
    public var model: String?
    /// The name the upstream gave to the model that answered.
    public var upstreamModel: String?
    public var provider: String?
    /// How often an upstream was asked, the successful attempt included.
    public var attempts: UInt32
    public var latency: Latency?
    public var cost: Cost?
    public var cache: CacheState?
    /// The upstream's own identifier of the answer.
    public var upstreamID: String?
    /// Nil where the daemon does not say.
    public var source: ReplySource?
    /// Every attempt in the order of their ends, the successful one last.
    public var path: [AttemptInfo]
    /// How old the answer from the cache is; nil where it is new.
    public var cacheAge: Duration?
    /// What the answer is called in the cache; nil where it cannot be there.
    public var cacheKey: String?
    /// How near the question is to the one that was answered, 0 to 1; nil where they are equal, or nothing came from the cache.
    public var cacheSimilarity: Double?
    /// Nil where the daemon does not say.
    public var usageSource: UsageSource?

    public init(
        requestID: String? = nil, model: String? = nil, upstreamModel: String? = nil, provider: String? = nil,
        attempts: UInt32 = 0, latency: Latency? = nil, cost: Cost? = nil, cache: CacheState? = nil,
        upstreamID: String? = nil, source: ReplySource? = nil, path: [AttemptInfo] = [], cacheAge: Duration? = nil,
        cacheKey: String? = nil, cacheSimilarity: Double? = nil, usageSource: UsageSource? = nil
    ) {
        self.requestID = requestID
        self.model = model
        self.upstreamModel = upstreamModel
        self.provider = provider
        self.attempts = attempts
        self.latency = latency
        self.cost = cost
        self.cache = cache
        self.upstreamID = upstreamID
        self.source = source
        self.path = path
        self.cacheAge = cacheAge
        self.cacheKey = cacheKey
        self.cacheSimilarity = cacheSimilarity
        self.usageSource = usageSource
    }
}

/// Where the time of a request went.
public struct Latency: Sendable, Hashable {
    /// Waiting inside the gateway for a place at the upstream.
    public var queue: Duration
    /// From handing the request to the upstream transfer until its first content.
    public var firstToken: Duration?
    /// From the last byte of the request to the terminal reply.
    public var total: Duration
    /// `total` without waiting and without the upstream's time: what the gateway itself cost.
    public var overhead: Duration

    public init(queue: Duration, firstToken: Duration?, total: Duration, overhead: Duration) {
        self.queue = queue
        self.firstToken = firstToken
        self.total = total
        self.overhead = overhead
    }
}

/// What an answer costs, where the model has a price.
public struct Cost: Sendable, Hashable {
    /// Millionths of `currency`.
    public var micros: Int64
    /// ISO 4217.
    public var currency: String

    public init(micros: Int64, currency: String) {
        self.micros = micros
        self.currency = currency
    }
}

/// How the shared cache took part in an answer.
public enum CacheState: UInt32, Sendable, Hashable {
    case bypass = 1, miss, hit
    /// It was no longer fresh, and no upstream answered.
    case stale
    /// It is the answer to an equal request that was under way.
    case coalesced
}

/// What quota and cost of a request were settled with.
public struct UsageSource: OpenWord {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The upstream's own count.
    public static let upstream = UsageSource(rawValue: "upstream")
    /// The upstream gave none.
    public static let estimate = UsageSource(rawValue: "estimate")
    /// Nothing was asked.
    public static let cache = UsageSource(rawValue: "cache")
}

/// What is known of an answer before it comes.
public struct ReplyHead: Sendable, Hashable {
    public var requestID: String?
    public var model: String?
    public var provider: String?
    public var cache: CacheState?
    /// How many requests are ahead in the queue.
    public var queuePosition: UInt32?
    public var expectedWait: Duration?
    /// The attempt that begins now, counted from 1.
    public var attempt: UInt32?

    public init(
        requestID: String? = nil, model: String? = nil, provider: String? = nil, cache: CacheState? = nil,
        queuePosition: UInt32? = nil, expectedWait: Duration? = nil, attempt: UInt32? = nil
    ) {
        self.requestID = requestID
        self.model = model
        self.provider = provider
        self.cache = cache
        self.queuePosition = queuePosition
        self.expectedWait = expectedWait
        self.attempt = attempt
    }
}
