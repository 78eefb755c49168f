/// Many chats in one call.
public struct BatchRequest: Sendable, Hashable {
    /// `stream` is ignored in the items.
    public var items: [ChatRequest]
    /// Items in flight at once; nil means the daemon's default, which is also the most.
    public var maxConcurrency: UInt32?

    public init(items: [ChatRequest], maxConcurrency: UInt32? = nil) {
        self.items = items
        self.maxConcurrency = maxConcurrency
    }
}

public struct BatchProgress: Sendable, Hashable {
    public var total: UInt32
    public var succeeded: UInt32
    public var failed: UInt32

    public init(total: UInt32, succeeded: UInt32 = 0, failed: UInt32 = 0) {
        self.total = total
        self.succeeded = succeeded
        self.failed = failed
    }
}

/// What a batch tells while it runs: progress whenever an item ends, and results in the order of the items.
public enum BatchEvent: Sendable {
    case progress(BatchProgress)
    case result(index: UInt32, Result<ChatReply, GatewayError>)
}

/// The end of a batch. Failed items do not make the batch fail.
public struct BatchReply: Sendable, Hashable {
    public var progress: BatchProgress
    /// The sum over the items whose tokens the upstream counted.
    public var usage: Usage?

    public init(progress: BatchProgress, usage: Usage? = nil) {
        self.progress = progress
        self.usage = usage
    }
}
