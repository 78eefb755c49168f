/// What a caller wants of the shared cache. What is nil is as the daemon is configured.
public struct CacheControl: Sendable, Hashable {
    public var mode: Mode?
    /// An answer older than this is none.
    public var maxAge: Duration?
    /// How long the answer stays fresh, at most as long as the configuration allows.
    public var ttl: Duration?
    /// The answer is not kept.
    public var noStore: Bool?
    /// No upstream is asked: what is not in the cache ends with `ErrorReason.notCached`.
    public var onlyIfCached: Bool?
    /// An answer that is no longer fresh, by at most this time, will do where no upstream answers. Zero: never.
    public var staleIfError: Duration?
    /// Whether the answer to another question that means the same will do.
    public var semantic: Bool?
    /// What a purge finds the answer by: at most `maxTags` of at most `maxTagBytes`.
    public var tags: [String]

    public enum Mode: UInt32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// The cache is not read and not written, and no upstream call is shared with equal requests.
        case off = 1
        case on
        case readOnly
        case writeOnly

        public var description: String {
            switch self {
            case .off: "off"
            case .on: "on"
            case .readOnly: "read-only"
            case .writeOnly: "write-only"
            }
        }
    }

    public static let maxTags = 16
    public static let maxTagBytes = 64

    public init(
        mode: Mode? = nil, maxAge: Duration? = nil, ttl: Duration? = nil, noStore: Bool? = nil,
        onlyIfCached: Bool? = nil, staleIfError: Duration? = nil, semantic: Bool? = nil, tags: [String] = []
    ) {
        self.mode = mode
        self.maxAge = maxAge
        self.ttl = ttl
        self.noStore = noStore
        self.onlyIfCached = onlyIfCached
        self.staleIfError = staleIfError
        self.semantic = semantic
        self.tags = tags
    }

    /// Throws if it is out of bounds, or contradicts itself.
    public func validate() throws(GatewayError) {
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(GatewayError) {
            guard condition else { throw GatewayError(.invalidRequest, "cache.\(problem())") }
        }
        try require(tags.count <= Self.maxTags, "tags: more than \(Self.maxTags)")
        for (index, tag) in tags.enumerated() {
            try require(!tag.isEmpty, "tags[\(index)]: empty")
            try require(tag.utf8.count <= Self.maxTagBytes, "tags[\(index)]: longer than \(Self.maxTagBytes) bytes")
            let isPrintable = !tag.unicodeScalars.contains { $0.properties.generalCategory == .control }
            try require(isPrintable, "tags[\(index)]: has control characters")
        }
        try require(ttl != .zero, "ttl_ms: no time at all; no_store keeps the answer out of the cache")
        if onlyIfCached == true, let mode {
            let reads = mode == .on || mode == .readOnly
            try require(reads, "only_if_cached: the mode \(mode) does not read the cache")
        }
    }
}
