/// A queue that costs the same whatever its length, and keeps nothing of what has left it, also when it is never empty.
struct FIFO<Element> {
    private var slots: [Element?] = []
    /// Those before it have left.
    private var head = 0

    var isEmpty: Bool { head == slots.count }
    var count: Int { slots.count - head }
    /// Places that are held in memory, for tests.
    var heldSlots: Int { slots.count }

    /// The one whose turn it is. Setting it replaces it; the queue must not be empty then.
    var first: Element? {
        get { isEmpty ? nil : slots[head] }
        set { slots[head] = newValue }
    }

    mutating func append(_ element: Element) { slots.append(element) }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = slots[head].take()
        head += 1
        // Moving the rest up when the half has left costs every element one move on average.
        if head * 2 >= slots.count {
            slots.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        slots.removeFirst(head)
        head = 0
        slots.removeAll { $0.map(isUnwanted) ?? true }
    }

    func reduce<Result>(_ initial: Result, _ next: (Result, Element) -> Result) -> Result {
        slots[head...].reduce(initial) { result, slot in slot.map { next(result, $0) } ?? result }
    }
}

extension FIFO: Sendable where Element: Sendable {}
