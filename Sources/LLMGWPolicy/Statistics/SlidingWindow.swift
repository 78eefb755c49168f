public import LLMGWCore

/// What a window counts: starts empty and adds up.
public protocol Tally: Sendable {
    init()
    static func += (sum: inout Self, part: Self)
}

/// Adds up what happened in the last stretch of time, in slots of equal length that are forgotten one by one.
///
/// Memory is fixed. The window covers the current slot and those before it, so between `length - length / slots` and
/// `length`. No terminal state. Wrong input: an instant before the latest one counts as the latest; a length or a number of
/// slots that is not positive is our bug (precondition).
public struct SlidingWindow<Counts: Tally>: Sendable {
    private let slotWidth: UInt64
    private var slots: [Counts]
    /// The number of the latest slot since the clock's zero; it is kept at `latest % slots.count`.
    private var latest: UInt64 = 0

    public init(length: Duration, slots: Int = 10) {
        precondition(slots > 0 && length.wholeNanoseconds >= Int64(slots), "a window has a length")
        self.slotWidth = UInt64(length.wholeNanoseconds) / UInt64(slots)
        self.slots = Array(repeating: Counts(), count: slots)
    }

    public mutating func add(_ counts: Counts, now: MonotonicInstant) {
        update(now: now) { $0 += counts }
    }

    /// Changes the current slot in place.
    public mutating func update(now: MonotonicInstant, _ change: (inout Counts) -> Void) {
        advance(to: now)
        change(&slots[Int(latest % UInt64(slots.count))])
    }

    /// The sum over the window, or over its newest `last` slots.
    public mutating func total(now: MonotonicInstant, last: Int? = nil) -> Counts {
        advance(to: now)
        let count = UInt64(min(last ?? slots.count, slots.count))
        var sum = Counts()
        // Before the clock has run for a whole window, the oldest slots do not exist yet.
        for number in (latest - min(count - 1, latest))...latest { sum += slots[Int(number % UInt64(slots.count))] }
        return sum
    }

    public mutating func removeAll() {
        for index in slots.indices { slots[index] = Counts() }
    }

    private mutating func advance(to now: MonotonicInstant) {
        let slot = now.nanoseconds / slotWidth
        guard slot > latest else { return }
        for number in 1...min(slot - latest, UInt64(slots.count)) {
            slots[Int((latest + number) % UInt64(slots.count))] = Counts()
        }
        latest = slot
    }
}
