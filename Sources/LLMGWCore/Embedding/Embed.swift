/// Texts to be turned into vectors.
public struct EmbedRequest: Sendable, Hashable {
    /// A model's name or alias; nil means the configured default.
    public var model: String?
    public var inputs: [String]
    public var dimensions: UInt32?
    public var user: String?
    /// A JSON object whose members reach the upstream untouched. A call with it is never merged with others.
    public var extra: RawJSON?

    public init(
        model: String? = nil, inputs: [String], dimensions: UInt32? = nil, user: String? = nil, extra: RawJSON? = nil
    ) {
        self.model = model
        self.inputs = inputs
        self.dimensions = dimensions
        self.user = user
        self.extra = extra
    }
}

/// One vector for each input, in order.
public struct EmbedReply: Sendable, Hashable {
    public var embeddings: [[Float]]
    /// The caller's own part: a merged call divides the upstream's count by the inputs' bytes.
    public var usage: Usage?
    public var info: ReplyInfo
    /// How many callers shared the upstream call; 1 means that this one was alone.
    public var mergedCalls: UInt32

    public init(embeddings: [[Float]], usage: Usage? = nil, info: ReplyInfo = ReplyInfo(), mergedCalls: UInt32 = 1) {
        self.embeddings = embeddings
        self.usage = usage
        self.info = info
        self.mergedCalls = mergedCalls
    }
}
