public import LLMGWCore

/// The memory tier: values by key, never more bytes and entries than allowed.
///
/// No states beyond its content. After every call, the sizes of all entries add up to `usedBytes`, and neither limit is exceeded. The cost
/// of a call does not depend on how much is stored, but for the three that look at everything and say so. Wrong input: a negative size is
/// our bug (precondition); a value that can never fit is refused.
public struct MemoryCache<Value: Sendable>: Sendable {
    /// What an entry takes beside its own size: the key, its place in the index and in a queue.
    public static var overhead: Int { 160 }
    /// More uses than this are not counted.
    private static var maxFrequency: UInt8 { 3 }

    public let maxBytes: Int
    public let maxEntries: Int
    public let policy: CacheSettings.Eviction
    public private(set) var evictions: UInt64 = 0
    /// By a byte of the key, so that an index that grows is a small one.
    private var index: [[CacheKey: SlotList<Value>.Index]] = Array(repeating: [:], count: 256)
    private var slots = SlotList<Value>()
    private var small = SlotQueue<Value>()
    private var main = SlotQueue<Value>()
    private var ghosts = GhostTable()

    public init(maxBytes: Int, maxEntries: Int, policy: CacheSettings.Eviction) {
        precondition(maxBytes >= 0 && (0...Int(Int32.max)).contains(maxEntries), "limits fit their kind")
        self.maxBytes = maxBytes
        self.maxEntries = maxEntries
        self.policy = policy
    }

    public var count: Int { small.count + main.count }
    public var usedBytes: Int { small.bytes + main.bytes }

    /// The value, which counts as a use of it.
    public mutating func use(_ key: CacheKey) -> Value? {
        guard let place = index[Int(key.shard)][key] else { return nil }
        switch policy {
        case .s3FIFO:
            if slots[place].frequency < Self.maxFrequency { slots[place].frequency += 1 }
        case .lru:
            main.remove(place, &slots)
            main.append(place, &slots)
        }
        return slots[place].value
    }

    /// The value, without counting as a use.
    public func value(_ key: CacheKey) -> Value? {
        index[Int(key.shard)][key].flatMap { slots[$0].value }
    }

    /// Stores the value, in place of an older one. False if it is larger than the whole tier may be; an older one is gone then, too.
    /// `onEviction` hears which others had to go.
    @discardableResult
    public mutating func insert(
        _ key: CacheKey, _ value: Value, size: Int, onEviction: (CacheKey) -> Void = { _ in }
    ) -> Bool {
        precondition(size >= 0, "a size is not negative")
        let size = size + Self.overhead
        let isKnown = remove(key) != nil
        guard size <= maxBytes, maxEntries > 0 else { return false }
        while usedBytes + size > maxBytes || count >= maxEntries { onEviction(evict()) }
        let place = slots.take(key, value, size: size)
        index[Int(key.shard)][key] = place
        if policy == .lru || isKnown || ghosts.take(key, window: count) {
            slots[place].isInMain = true
            main.append(place, &slots)
        } else {
            small.append(place, &slots)
        }
        return true
    }

    @discardableResult
    public mutating func remove(_ key: CacheKey) -> Value? {
        guard let place = index[Int(key.shard)].removeValue(forKey: key) else { return nil }
        if slots[place].isInMain { main.remove(place, &slots) } else { small.remove(place, &slots) }
        let value = slots[place].value
        slots.release(place)
        return value
    }

    /// Removes all that match, and says how many. Looks at every entry.
    @discardableResult
    public mutating func removeAll(where matches: (CacheKey, Value) -> Bool) -> Int {
        var doomed: [CacheKey] = []
        slots.forEach { slot in
            if let value = slot.value, matches(slot.key, value) { doomed.append(slot.key) }
        }
        for key in doomed { remove(key) }
        return doomed.count
    }

    /// Every entry, in no order.
    public func forEach(_ body: (CacheKey, Value) -> Void) {
        slots.forEach { slot in if let value = slot.value { body(slot.key, value) } }
    }

    // MARK: Eviction

    private mutating func evict() -> CacheKey {
        evictions += 1
        switch policy {
        case .lru: return drop(main.oldest)
        case .s3FIFO:
            // The small queue may have a tenth; above that it pays, below the main one does.
            if small.count > 0, small.bytes >= maxBytes / 10 || small.count >= maxEntries / 10 || main.count == 0 {
                return evictFromSmall()
            } else {
                return evictFromMain()
            }
        }
    }

    /// Who was used moves on to the main queue, who was not goes and leaves a ghost. Ends with one entry gone.
    private mutating func evictFromSmall() -> CacheKey {
        while small.count > 0 {
            let oldest = small.oldest
            guard slots[oldest].frequency > 0 else {
                ghosts.insert(slots[oldest].key, capacity: count)
                return drop(oldest)
            }
            small.remove(oldest, &slots)
            slots[oldest].frequency = 0
            slots[oldest].isInMain = true
            main.append(oldest, &slots)
        }
        return evictFromMain()
    }

    /// Who was used goes round again, each time with one use less. Ends with one entry gone.
    private mutating func evictFromMain() -> CacheKey {
        while slots[main.oldest].frequency > 0 {
            let oldest = main.oldest
            main.remove(oldest, &slots)
            slots[oldest].frequency -= 1
            main.append(oldest, &slots)
        }
        return drop(main.oldest)
    }

    private mutating func drop(_ place: SlotList<Value>.Index) -> CacheKey {
        let key = slots[place].key
        remove(key)
        return key
    }
}
