/// What a caller can say about any call.
public struct CallOptions: Sendable, Hashable {
    /// How long the caller is willing to wait, queueing and retries included. Nil means the daemon's default.
    public var timeout: Duration?
    /// Shown by `llmgw-ctl requests`; never put secrets in them.
    public var labels: [Label]
    /// Whether the gateway may repeat a request that an upstream may have processed already, which can be billed twice. Nil means the
    /// daemon's default.
    public var retryAmbiguous: Bool?
    /// Nil means as the daemon is configured for the caller, which is also the best that the caller gets.
    public var priority: Priority?
    public var cache: CacheControl

    public init(
        timeout: Duration? = nil, labels: [Label] = [], retryAmbiguous: Bool? = nil, priority: Priority? = nil,
        cache: CacheControl = CacheControl()
    ) {
        self.timeout = timeout
        self.labels = labels
        self.retryAmbiguous = retryAmbiguous
        self.priority = priority
        self.cache = cache
    }
}
