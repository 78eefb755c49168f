/// Which answer is asked for.
public struct CacheEntryQuery: Sendable, Hashable {
    /// As in `ReplyInfo.cacheKey`.
    public var key: String
    /// The answer too, not only what is known of it.
    public var withReply: Bool

    public init(
        key: String = "", withReply: Bool = false
    ) {
        self.key = key
        self.withReply = withReply
    }
}

/// One answer of the cache, and what is known of it.
public struct CachedAnswer: Sendable, Hashable {
    public var key: String
    /// Who gets it: "uid/NUMBER", "group/NAME" or "shared".
    public var scope: String
    public var model: String
    public var provider: String
    /// "Chat", "Complete" or "Embed".
    public var operation: String
    /// In which tiers it is.
    public var tiers: [CacheTier]
    public var age: Duration
    /// How long it stays fresh; nil where it no longer is.
    public var fresh: Duration?
    /// Until it is removed.
    public var expires: Duration?
    public var bytes: UInt64
    public var hits: UInt64
    public var tags: [String]
    /// Where the answer is an error.
    public var reason: ErrorReason?
    public var usage: Usage?
    public var cost: Cost?
    /// The reply message of `operation`, serialised; nil where it was not asked for.
    public var reply: [UInt8]?

    public init(
        key: String = "", scope: String = "", model: String = "", provider: String = "", operation: String = "",
        tiers: [CacheTier] = [], age: Duration = .zero, fresh: Duration? = nil, expires: Duration? = nil,
        bytes: UInt64 = 0, hits: UInt64 = 0, tags: [String] = [], reason: ErrorReason? = nil, usage: Usage? = nil,
        cost: Cost? = nil, reply: [UInt8]? = nil
    ) {
        self.key = key
        self.scope = scope
        self.model = model
        self.provider = provider
        self.operation = operation
        self.tiers = tiers
        self.age = age
        self.fresh = fresh
        self.expires = expires
        self.bytes = bytes
        self.hits = hits
        self.tags = tags
        self.reason = reason
        self.usage = usage
        self.cost = cost
        self.reply = reply
    }
}
