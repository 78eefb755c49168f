/// A binary min-heap of small integers whose keys can change and which can be removed from the middle, each in O(log n).
///
/// Equal keys come in the order of the integers' `tie`, so that the order is the same in every run. Wrong input: adding an element that is in
/// the heap, or changing one that is not, is our bug (precondition).
struct IndexedHeap<Key: Comparable & Sendable>: Sendable {
    private struct Item: Sendable {
        var key: Key
        var tie: UInt64
        var element: Int

        func precedes(_ other: Item) -> Bool { key == other.key ? tie < other.tie : key < other.key }
    }

    private var items: [Item] = []
    /// Where each element is; -1 for those that are not in the heap.
    private var positions: [Int] = []

    var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }
    var first: (element: Int, key: Key)? { items.first.map { ($0.element, $0.key) } }

    /// The smallest is at 0; those at `2 * i + 1` and `2 * i + 2` are not smaller than the one at `i`.
    subscript(position: Int) -> (element: Int, key: Key) { (items[position].element, items[position].key) }

    func contains(_ element: Int) -> Bool { element < positions.count && positions[element] >= 0 }

    mutating func insert(_ element: Int, key: Key, tie: UInt64) {
        precondition(!contains(element), "an element is in the heap once")
        while positions.count <= element { positions.append(-1) }
        positions[element] = items.count
        items.append(Item(key: key, tie: tie, element: element))
        siftUp(items.count - 1)
    }

    /// Without a `tie` it keeps the one that it has.
    mutating func update(_ element: Int, key: Key, tie: UInt64? = nil) {
        precondition(contains(element), "only what is in the heap can move")
        let position = positions[element]
        var item = items[position]
        item.key = key
        item.tie = tie ?? item.tie
        let rises = item.precedes(items[position])
        items[position] = item
        if rises { siftUp(position) } else { siftDown(position) }
    }

    mutating func remove(_ element: Int) {
        precondition(contains(element), "only what is in the heap can leave")
        let position = positions[element]
        positions[element] = -1
        let last = items.removeLast()
        guard position < items.count else { return }
        let rises = last.precedes(items[position])
        items[position] = last
        positions[last.element] = position
        if rises { siftUp(position) } else { siftDown(position) }
    }

    private mutating func siftUp(_ start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard items[position].precedes(items[parent]) else { return }
            swap(position, parent)
            position = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var position = start
        while true {
            var least = position
            let (left, right) = (2 * position + 1, 2 * position + 2)
            if left < items.count, items[left].precedes(items[least]) { least = left }
            if right < items.count, items[right].precedes(items[least]) { least = right }
            guard least != position else { return }
            swap(position, least)
            position = least
        }
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        items.swapAt(a, b)
        positions[items[a].element] = a
        positions[items[b].element] = b
    }
}
