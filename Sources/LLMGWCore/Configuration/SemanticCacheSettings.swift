/// Answers to questions that mean the same.
public struct SemanticCacheSettings: Sendable, Hashable {
    /// Which requests look for them: as with `CacheSettings.mode`, those of the cache or those that say so.
    public var mode: CacheSettings.Mode
    /// The model that makes the embeddings, by its name or an alias; nil only where none is needed.
    public var model: String?
    /// The least cosine of two questions whose answer may be the same.
    public var threshold: Double
    /// How long a request waits for its embedding; then it goes on without.
    public var timeout: Duration
    /// Longer questions are not compared: an embedding model sees no more than the beginning of them.
    public var maxTextBytes: Int
    public var maxEntries: Int
    /// Of one model, scope, system prompt and so on: what a request is compared with at most.
    public var maxGroupEntries: Int
    public var maxBytes: Int

    public init(
        mode: CacheSettings.Mode = .off, model: String? = nil, threshold: Double = 0.97,
        timeout: Duration = .milliseconds(500), maxTextBytes: Int = 1024, maxEntries: Int = 20_000,
        maxGroupEntries: Int = 1000, maxBytes: Int = 64 << 20
    ) {
        self.mode = mode
        self.model = model
        self.threshold = threshold
        self.timeout = timeout
        self.maxTextBytes = maxTextBytes
        self.maxEntries = maxEntries
        self.maxGroupEntries = maxGroupEntries
        self.maxBytes = maxBytes
    }
}
