/// `[cache]`: answers that equal requests share.
public struct CacheSettings: Sendable, Hashable {
    public var mode: Mode
    public var coalescing: Coalescing
    /// Who shares answers with whom.
    public var scope: Scope
    /// How long an answer stays fresh.
    public var ttl: Duration
    /// How long an error stays that would come again; zero remembers none.
    public var negativeTTL: Duration
    /// How long after its time an answer may still be served while it is made anew.
    public var staleWhileRevalidate: Duration
    /// How long after its time an answer may still be served where no upstream answers.
    public var staleIfError: Duration
    public var maxBytes: Int
    public var maxEntries: Int
    /// Larger answers are not kept.
    public var maxEntryBytes: Int
    public var eviction: Eviction
    /// Where answers outlive the process; nil keeps them in memory only.
    public var disk: Disk?
    public var semantic: SemanticCacheSettings

    /// A file of answers.
    public struct Disk: Sendable, Hashable {
        public var path: String
        public var maxBytes: Int

        public init(path: String, maxBytes: Int = 1 << 30) {
            self.path = path
            self.maxBytes = maxBytes
        }
    }

    /// No answer stays fresh for longer, whoever asks for it.
    public static let longestTTL = Duration.seconds(30 * 86_400)

    /// Which requests use the cache.
    public enum Mode: String, Sendable, CaseIterable {
        case off
        /// Those that say so.
        case optIn = "opt_in"
        /// Those whose answer is meant to be the same each time, and those that say so.
        case on
    }

    /// Which requests share the upstream call of an equal one that is under way.
    public enum Coalescing: String, Sendable, CaseIterable {
        case off
        /// Those that use the cache.
        case cacheable
        case always
    }

    public enum Scope: String, Sendable, CaseIterable {
        case uid, group, shared
    }

    /// Which entry goes when there is no room.
    public enum Eviction: String, Sendable, CaseIterable {
        case s3FIFO = "s3-fifo"
        case lru
    }

    /// Times that fit a purpose.
    public enum Preset: String, Sendable, CaseIterable {
        case development, production

        public var ttl: Duration {
            switch self {
            case .development: .seconds(300)
            case .production: .seconds(600)
            }
        }
    }

    public init(
        mode: Mode = .off, coalescing: Coalescing = .cacheable, scope: Scope = .uid,
        ttl: Duration = Preset.production.ttl, negativeTTL: Duration = .seconds(60),
        staleWhileRevalidate: Duration = .zero, staleIfError: Duration = .zero, maxBytes: Int = 256 << 20,
        maxEntries: Int = 1_000_000, maxEntryBytes: Int = 4 << 20, eviction: Eviction = .s3FIFO,
        disk: Disk? = nil, semantic: SemanticCacheSettings = SemanticCacheSettings()
    ) {
        self.mode = mode
        self.coalescing = coalescing
        self.scope = scope
        self.ttl = ttl
        self.negativeTTL = negativeTTL
        self.staleWhileRevalidate = staleWhileRevalidate
        self.staleIfError = staleIfError
        self.maxBytes = maxBytes
        self.maxEntries = maxEntries
        self.maxEntryBytes = maxEntryBytes
        self.eviction = eviction
        self.disk = disk
        self.semantic = semantic
    }

    /// These settings, with what the model has of its own.
    public func overridden(by model: ModelCacheSettings) -> CacheSettings {
        var settings = self
        settings.mode = model.mode ?? mode
        settings.ttl = model.ttl ?? ttl
        settings.scope = model.scope ?? scope
        return settings
    }
}

/// What a model has of its own; nil is as in `[cache]`.
public struct ModelCacheSettings: Sendable, Hashable {
    public var mode: CacheSettings.Mode?
    public var ttl: Duration?
    public var scope: CacheSettings.Scope?

    public init(mode: CacheSettings.Mode? = nil, ttl: Duration? = nil, scope: CacheSettings.Scope? = nil) {
        self.mode = mode
        self.ttl = ttl
        self.scope = scope
    }
}
