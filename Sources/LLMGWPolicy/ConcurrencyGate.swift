/// Lets a bounded number of requests through to a provider; the others wait in the order of their arrival.
///
/// A request is outside, waiting or inside; leaving is terminal. Wrong input: entering twice with one ticket, or leaving
/// without being inside or waiting, is our bug (precondition).
public struct ConcurrencyGate: Sendable {
    /// A request's place, unique for the life of the gate.
    public struct Ticket: Sendable, Hashable, Comparable {
        let number: UInt64

        public static func < (a: Ticket, b: Ticket) -> Bool { a.number < b.number }
    }

    public enum Entry: Sendable, Equatable {
        case admitted(Ticket)
        /// `ahead` requests are in front.
        case waiting(Ticket, ahead: Int)
        case full
    }

    /// 0 means no limit.
    public let limit: Int
    public let maxQueue: Int
    private var inside: Set<Ticket> = []
    private var queue: [Ticket] = []
    private var counter: UInt64 = 0

    public init(limit: Int, maxQueue: Int) {
        precondition(limit >= 0 && maxQueue >= 0)
        self.limit = limit
        self.maxQueue = maxQueue
    }

    public var insideCount: Int { inside.count }
    public var waitingCount: Int { queue.count }

    public mutating func enter() -> Entry {
        let ticket = Ticket(number: counter)
        if limit == 0 || (inside.count < limit && queue.isEmpty) {
            counter += 1
            inside.insert(ticket)
            return .admitted(ticket)
        }
        guard queue.count < maxQueue else { return .full }
        counter += 1
        queue.append(ticket)
        return .waiting(ticket, ahead: queue.count - 1)
    }

    /// A request is done, or gives up waiting. Returns who may go in now.
    public mutating func leave(_ ticket: Ticket) -> Ticket? {
        if inside.remove(ticket) == nil {
            // Tickets are handed out in rising order, so the queue is sorted.
            let position = queue.partitioningIndex(of: ticket)
            precondition(position < queue.count && queue[position] == ticket, "only who entered can leave")
            queue.remove(at: position)
            return nil
        }
        guard !queue.isEmpty, inside.count < limit else { return nil }
        let next = queue.removeFirst()
        inside.insert(next)
        return next
    }
}

extension [ConcurrencyGate.Ticket] {
    /// Where `ticket` is, or would be, in this sorted list.
    fileprivate func partitioningIndex(of ticket: ConcurrencyGate.Ticket) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < ticket { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
