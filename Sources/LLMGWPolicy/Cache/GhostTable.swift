/// Remembers which keys were thrown out lately, by fingerprints, in a table of fixed size: a later key may take an earlier one's place.
struct GhostTable: Sendable {
    private static let minimum = 1 << 10
    private static let maximum = 1 << 20

    /// Fingerprint above, number of the insertion below; 0 is empty. Made when the first key comes, which for a cache that never fills is
    /// never.
    private var table: [UInt64] = []
    private var last: UInt32 = 0

    mutating func insert(_ key: CacheKey, capacity: Int) {
        if table.isEmpty {
            let wanted = min(max(capacity, Self.minimum), Self.maximum)
            table = Array(repeating: 0, count: 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount))
        }
        last &+= 1
        table[index(key)] = (key.fingerprint & 0xFFFF_FFFF_0000_0000) | UInt64(last)
    }

    /// Whether the key was among the latest `window` that were thrown out. It is forgotten with that.
    mutating func take(_ key: CacheKey, window: Int) -> Bool {
        guard !table.isEmpty else { return false }
        let entry = table[index(key)]
        guard entry != 0, entry >> 32 == key.fingerprint >> 32 else { return false }
        table[index(key)] = 0
        return Int(last &- UInt32(truncatingIfNeeded: entry)) < window
    }

    private func index(_ key: CacheKey) -> Int { Int(truncatingIfNeeded: key.fingerprint & UInt64(table.count - 1)) }
}
