/// What the shared cache holds, and what it saves.
public struct CacheStatistics: Sendable, Hashable {
    public var total: CacheCounts
    public var tiers: [CacheTierStatus]
    /// The most requests first; at most 1,000.
    public var models: [CacheCountsOf]
    /// As `models`.
    public var clients: [CacheCountsOf]

    public init(
        total: CacheCounts = CacheCounts(), tiers: [CacheTierStatus] = [], models: [CacheCountsOf] = [],
        clients: [CacheCountsOf] = []
    ) {
        self.total = total
        self.tiers = tiers
        self.models = models
        self.clients = clients
    }
}

/// A place for entries.
public struct CacheTier: OpenWord {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public static let memory = CacheTier(rawValue: "memory")
    public static let disk = CacheTier(rawValue: "disk")
    public static let semantic = CacheTier(rawValue: "semantic")
}

/// Where entries are.
public struct CacheTierStatus: Sendable, Hashable {
    public var name: CacheTier
    public var state: State
    /// Why it failed, for people.
    public var problem: String?
    public var entries: UInt64
    public var bytes: UInt64
    /// 0 means no limit.
    public var maxEntries: UInt64
    public var maxBytes: UInt64
    /// Of this tier: what misses in memory may hit on disk.
    public var hits: UInt64
    public var misses: UInt64
    /// Removed because there was no room.
    public var evictions: UInt64
    /// Removed because their time was over.
    public var expirations: UInt64
    /// How entries are chosen that have to go: "s3-fifo", for example.
    public var policy: String
    /// Nil where there is none.
    public var path: String?

    public struct State: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let on = State(rawValue: "on")
        public static let off = State(rawValue: "off")
        /// It is being checked; what it holds is not known yet.
        public static let opening = State(rawValue: "opening")
        /// It was put out of use because of `problem`.
        public static let failed = State(rawValue: "failed")
    }

    public init(
        name: CacheTier, state: State, problem: String? = nil, entries: UInt64 = 0, bytes: UInt64 = 0,
        maxEntries: UInt64 = 0, maxBytes: UInt64 = 0, hits: UInt64 = 0, misses: UInt64 = 0, evictions: UInt64 = 0,
        expirations: UInt64 = 0, policy: String = "", path: String? = nil
    ) {
        self.name = name
        self.state = state
        self.problem = problem
        self.entries = entries
        self.bytes = bytes
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
        self.hits = hits
        self.misses = misses
        self.evictions = evictions
        self.expirations = expirations
        self.policy = policy
        self.path = path
    }
}

/// How requests fared with the cache. Counters start at 0 with the daemon.
public struct CacheCounts: Sendable, Hashable {
    public var hits: UInt64
    public var misses: UInt64
    public var stale: UInt64
    public var coalesced: UInt64
    /// Not asked: the request, or the configuration, did not want it.
    public var bypassed: UInt64
    /// Of the hits, those of the semantic cache.
    public var semanticHits: UInt64
    /// Of the hits, those of an error that is remembered.
    public var negativeHits: UInt64
    /// What hits, stale and coalesced answers would have taken upstream.
    public var saved: Duration
    /// What they would have cost, in each currency.
    public var savedCosts: [Cost]

    public init(
        hits: UInt64 = 0, misses: UInt64 = 0, stale: UInt64 = 0, coalesced: UInt64 = 0, bypassed: UInt64 = 0,
        semanticHits: UInt64 = 0, negativeHits: UInt64 = 0, saved: Duration = .zero, savedCosts: [Cost] = []
    ) {
        self.hits = hits
        self.misses = misses
        self.stale = stale
        self.coalesced = coalesced
        self.bypassed = bypassed
        self.semanticHits = semanticHits
        self.negativeHits = negativeHits
        self.saved = saved
        self.savedCosts = savedCosts
    }
}

/// The counts of one model or client.
public struct CacheCountsOf: Sendable, Hashable {
    public var name: String
    public var counts: CacheCounts

    public init(
        name: String = "", counts: CacheCounts = CacheCounts()
    ) {
        self.name = name
        self.counts = counts
    }
}
