/// Which entries the cache is to forget.
public enum CachePurge: Sendable, Hashable, CustomStringConvertible {
    /// As in `ReplyInfo.cacheKey`.
    case key(String)
    case model(String)
    case tag(String)
    /// Those of its own scope; shared ones stay.
    case client(String)
    case all
    /// Those whose time is over, which would go by and by.
    case expired

    public var description: String {
        switch self {
        case .key(let key): "key \(key)"
        case .model(let name): "model \(name)"
        case .tag(let tag): "tag \(tag)"
        case .client(let name): "client \(name)"
        case .all: "all"
        case .expired: "expired"
        }
    }
}

/// What was removed from one tier.
public struct CachePurgeCount: Sendable, Hashable {
    public var tier: CacheTier
    public var entries: UInt64
    public var bytes: UInt64

    public init(
        tier: CacheTier, entries: UInt64 = 0, bytes: UInt64 = 0
    ) {
        self.tier = tier
        self.entries = entries
        self.bytes = bytes
    }
}
