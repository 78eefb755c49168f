import LLMGWPolicy

/// SIEVE (Zhang et al., NSDI 2024), to compare with: one queue, a mark for who was used, and a hand that looks for one without.
struct Sieve {
    private struct Node {
        var key: CacheKey
        var newer: Int
        var older: Int
        var wasUsed = false
    }

    private let capacity: Int
    private var nodes: [Node] = []
    private var places: [CacheKey: Int] = [:]
    private var newest = -1
    private var oldest = -1
    private var hand = -1

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func use(_ key: CacheKey) -> Bool {
        guard let place = places[key] else { return false }
        nodes[place].wasUsed = true
        return true
    }

    mutating func insert(_ key: CacheKey) {
        let place: Int
        if nodes.count < capacity {
            place = nodes.count
            nodes.append(Node(key: key, newer: -1, older: newest))
        } else {
            place = evict()
            nodes[place] = Node(key: key, newer: -1, older: newest)
        }
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
        places[key] = place
    }

    private mutating func evict() -> Int {
        var place = hand >= 0 ? hand : oldest
        while nodes[place].wasUsed {
            nodes[place].wasUsed = false
            place = nodes[place].newer >= 0 ? nodes[place].newer : oldest
        }
        hand = nodes[place].newer
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
        places[nodes[place].key] = nil
        return place
    }
}
