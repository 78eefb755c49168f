/// Where the questions are that have a cached answer, by what they mean: which answer is that to the nearest one.
///
/// Questions are compared within their group only: those that differ in nothing but their text. No states beyond its content. After every
/// call the sizes of all points add up to `usedBytes`, and no limit is exceeded; the oldest point makes room. Wrong input: a point that can
/// never fit is refused; removing what is not there is a race and ignored.
public struct SemanticIndex: Sendable {
    public struct Limits: Sendable, Hashable {
        public var maxEntries: Int
        /// What one look-up compares at most.
        public var maxGroupEntries: Int
        public var maxBytes: Int

        public init(maxEntries: Int, maxGroupEntries: Int, maxBytes: Int) {
            self.maxEntries = maxEntries
            self.maxGroupEntries = maxGroupEntries
            self.maxBytes = maxBytes
        }
    }

    public struct Match: Sendable, Hashable {
        /// Of the cached answer.
        public let key: CacheKey
        public let similarity: Double
    }

    private struct Point: Sendable {
        let group: CacheKey
        let vector: UnitVector
        let prompt: PromptGuard
    }

    /// What a point takes beside its numbers: its places in the tables and in the queue.
    public static let overhead = 256

    public let limits: Limits
    public private(set) var evictions: UInt64 = 0
    private var slots = SlotList<Point>()
    /// All points, by their age.
    private var queue = SlotQueue<Point>()
    private var places: [CacheKey: SlotList<Point>.Index] = [:]
    /// The oldest first.
    private var groups: [CacheKey: [SlotList<Point>.Index]] = [:]

    public init(_ limits: Limits) {
        self.limits = limits
    }

    public var count: Int { queue.count }
    public var usedBytes: Int { queue.bytes }

    /// The answer to the question that is nearest by at least `threshold`, and that the guard lets pass.
    public func nearest(
        in group: CacheKey, to vector: UnitVector, _ prompt: PromptGuard, threshold: Double
    ) -> Match? {
        var nearest: Match?
        for place in groups[group] ?? [] {
            guard let point = slots[place].value, let similarity = point.vector.cosine(with: vector),
                similarity >= threshold, similarity > nearest?.similarity ?? -1, prompt.allows(point.prompt)
            else { continue }
            nearest = Match(key: slots[place].key, similarity: similarity)
        }
        return nearest
    }

    /// Remembers whose answer is stored under the key. False if there can be no room for it.
    @discardableResult
    public mutating func insert(
        _ key: CacheKey, in group: CacheKey, _ vector: UnitVector, _ prompt: PromptGuard
    ) -> Bool {
        remove(key)
        let size = vector.components.count * MemoryLayout<Float>.stride + prompt.size + Self.overhead
        guard size <= limits.maxBytes, limits.maxEntries > 0, limits.maxGroupEntries > 0 else { return false }
        if let members = groups[group], members.count >= limits.maxGroupEntries { evict(members[0]) }
        while usedBytes + size > limits.maxBytes || count >= limits.maxEntries { evict(queue.oldest) }
        let place = slots.take(key, Point(group: group, vector: vector, prompt: prompt), size: size)
        queue.append(place, &slots)
        places[key] = place
        groups[group, default: []].append(place)
        return true
    }

    /// The answer is no longer there.
    public mutating func remove(_ key: CacheKey) {
        guard let place = places.removeValue(forKey: key) else { return }
        if let group = slots[place].value?.group {
            groups[group]?.removeAll { $0 == place }
            if groups[group]?.isEmpty == true { groups[group] = nil }
        }
        queue.remove(place, &slots)
        slots.release(place)
    }

    private mutating func evict(_ place: SlotList<Point>.Index) {
        evictions += 1
        remove(slots[place].key)
    }
}
