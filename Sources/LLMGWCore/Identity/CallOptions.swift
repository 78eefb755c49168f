/// What a caller can say about any call.
public struct CallOptions: Sendable, Hashable {
    /// How long the caller is willing to wait, queueing and retries included. Nil means the daemon's default.
    public var timeout: Duration?
    /// Shown by `llmgw-ctl requests`; never put secrets in them.
    public var labels: [Label]
    /// Whether the gateway may repeat a request that an upstream may have processed already, which can be billed twice. Nil means the
    /// daemon's default.
    public var retryAmbiguous: Bool?

    public init(timeout: Duration? = nil, labels: [Label] = [], retryAmbiguous: Bool? = nil) {
        self.timeout = timeout
        self.labels = labels
        self.retryAmbiguous = retryAmbiguous
    }
}
