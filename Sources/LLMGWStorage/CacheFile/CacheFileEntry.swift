/// What the cache's file knows of a reply, without the reply.
public struct CacheFileMetadata: Sendable, Hashable {
    /// The key's digest.
    public var key: [UInt8]
    /// Who may be served with it.
    public var scope: String
    public var model: String
    /// None may contain U+001F, which separates them in the file.
    public var tags: [String]
    /// Milliseconds since 1970 UTC: when the reply was made, until when it is fresh, and until when it may be served stale.
    public var created: Int64
    public var expires: Int64
    public var staleUntil: Int64
    /// The purge epoch its fill began under. Those of an earlier process come back as 0, which every purge since the start is newer than.
    public var epoch: UInt32
    /// Of the body, in bytes.
    public var size: Int

    public init(
        key: [UInt8], scope: String, model: String, tags: [String] = [], created: Int64, expires: Int64,
        staleUntil: Int64, epoch: UInt32, size: Int
    ) {
        self.key = key
        self.scope = scope
        self.model = model
        self.tags = tags
        self.created = created
        self.expires = expires
        self.staleUntil = staleUntil
        self.epoch = epoch
        self.size = size
    }
}

/// A reply as the cache's file keeps it. The body's form is the caller's affair; it comes back byte for byte or not at all.
public struct CacheFileEntry: Sendable, Hashable {
    public var metadata: CacheFileMetadata
    public var body: [UInt8]

    public init(metadata: CacheFileMetadata, body: [UInt8]) {
        self.metadata = metadata
        self.metadata.size = body.count
        self.body = body
    }
}
