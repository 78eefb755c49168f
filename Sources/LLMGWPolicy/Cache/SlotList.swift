/// The memory tier's entries, in blocks that never move: growing costs one block, not a copy of all.
struct SlotList<Value: Sendable>: Sendable {
    typealias Index = Int32

    struct Slot: Sendable {
        var key: CacheKey
        var value: Value?
        var size = 0
        /// Towards the newer end of its queue.
        var newer: Index = -1
        /// Towards the older end; for a free slot, the next free one.
        var older: Index = -1
        var frequency: UInt8 = 0
        var isInMain = false
    }

    private static var blockBits: Int32 { 10 }
    private static var blockSize: Int32 { 1 << blockBits }

    private var blocks: [[Slot]] = []
    private var free: Index = -1

    subscript(index: Index) -> Slot {
        _read { yield blocks[Int(index >> Self.blockBits)][Int(index & (Self.blockSize - 1))] }
        _modify { yield &blocks[Int(index >> Self.blockBits)][Int(index & (Self.blockSize - 1))] }
    }

    mutating func take(_ key: CacheKey, _ value: Value, size: Int) -> Index {
        if free < 0 { grow(key) }
        let index = free
        free = self[index].older
        self[index] = Slot(key: key, value: value, size: size)
        return index
    }

    mutating func release(_ index: Index) {
        self[index].value = nil
        self[index].older = free
        free = index
    }

    /// Slots in use, in no order.
    func forEach(_ body: (Slot) -> Void) {
        for block in blocks { for slot in block where slot.value != nil { body(slot) } }
    }

    private mutating func grow(_ placeholder: CacheKey) {
        let first = Index(blocks.count) << Self.blockBits
        var block = Array(repeating: Slot(key: placeholder), count: Int(Self.blockSize))
        for offset in 0..<Self.blockSize {
            block[Int(offset)].older = offset + 1 < Self.blockSize ? first + offset + 1 : free
        }
        blocks.append(block)
        free = first
    }
}

/// One queue of slots, linked through them.
struct SlotQueue<Value: Sendable>: Sendable {
    typealias Index = SlotList<Value>.Index

    private(set) var newest: Index = -1
    private(set) var oldest: Index = -1
    private(set) var count = 0
    private(set) var bytes = 0

    mutating func append(_ index: Index, _ slots: inout SlotList<Value>) {
        slots[index].older = newest
        slots[index].newer = -1
        if newest >= 0 { slots[newest].newer = index } else { oldest = index }
        newest = index
        count += 1
        bytes += slots[index].size
    }

    mutating func remove(_ index: Index, _ slots: inout SlotList<Value>) {
        let (older, newer) = (slots[index].older, slots[index].newer)
        if older >= 0 { slots[older].newer = newer } else { oldest = newer }
        if newer >= 0 { slots[newer].older = older } else { newest = older }
        count -= 1
        bytes -= slots[index].size
    }
}
