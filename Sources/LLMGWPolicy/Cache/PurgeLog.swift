/// Which entries are to go.
public enum PurgeTarget: Sendable, Hashable {
    case key(CacheKey)
    case model(String)
    case tag(String)
    case scope(String)
    case all
}

/// What an entry can be purged by.
public struct PurgeAttributes: Sendable, Hashable {
    public var key: CacheKey
    public var model: String
    public var scope: String
    public var tags: [String]

    public init(key: CacheKey, model: String, scope: String, tags: [String]) {
        self.key = key
        self.model = model
        self.scope = scope
        self.tags = tags
    }

    public func match(_ target: PurgeTarget) -> Bool {
        switch target {
        case .key(let key): self.key == key
        case .model(let model): self.model == model
        case .tag(let tag): tags.contains(tag)
        case .scope(let scope): self.scope == scope
        case .all: true
        }
    }
}

/// Keeps what was being made when a purge came from being stored after it.
///
/// A fill takes the epoch when its answer begins to be made, and asks at its end whether a purge that means it came since. Purges are
/// remembered only as long as there are fills that began before them. Wrong input: ending a fill that did not begin is our bug
/// (precondition).
public struct PurgeLog: Sendable {
    /// How many purges there were before.
    public struct Epoch: Sendable, Hashable {
        public let number: UInt64
    }

    private var current: UInt64 = 0
    /// Fills under way, by the epoch they began in.
    private var open: [UInt64: Int] = [:]
    private var purges: [(epoch: UInt64, target: PurgeTarget)] = []

    public init() {}

    public var epoch: Epoch { Epoch(number: current) }

    public mutating func begin() -> Epoch {
        open[current, default: 0] += 1
        return Epoch(number: current)
    }

    public mutating func purge(_ target: PurgeTarget) {
        current += 1
        if !open.isEmpty { purges.append((current, target)) }
    }

    /// The fill is over. True if what it made may be stored.
    public mutating func end(_ epoch: Epoch, _ entry: PurgeAttributes) -> Bool {
        let isPurged = purges.contains { $0.epoch > epoch.number && entry.match($0.target) }
        abandon(epoch)
        return !isPurged
    }

    /// The fill is over and made nothing.
    public mutating func abandon(_ epoch: Epoch) {
        guard let count = open[epoch.number] else { preconditionFailure("a fill ends once") }
        open[epoch.number] = count > 1 ? count - 1 : nil
        let oldest = open.keys.min() ?? .max
        purges.removeAll { $0.epoch <= oldest }
    }

    /// How many purges some fill may still have to hear of.
    public var rememberedPurges: Int { purges.count }
}
