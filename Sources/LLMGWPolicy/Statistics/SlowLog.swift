public import LLMGWCore

/// The slowest of what ended in the last stretch of time, in slots of equal length that are forgotten one by one.
///
/// Memory is fixed: each slot keeps its slowest. The stretch covers the current slot and those before it. No terminal state. Wrong input: an
/// instant before the latest one counts as the latest; a log without room or time is our bug (precondition).
public struct SlowLog<Record: Sendable>: Sendable {
    private struct Entry {
        var duration: Duration
        var record: Record
    }

    private let slotWidth: UInt64
    private let capacity: Int
    /// The slowest first.
    private var slots: [[Entry]]
    private var latest: UInt64 = 0

    /// `capacity` is what a slot keeps, and what the whole log tells.
    public init(length: Duration, slots: Int = 6, capacity: Int) {
        precondition(slots > 0 && capacity > 0 && length.wholeNanoseconds >= Int64(slots), "a log has room and time")
        self.slotWidth = UInt64(length.wholeNanoseconds) / UInt64(slots)
        self.capacity = capacity
        self.slots = Array(repeating: [], count: slots)
    }

    /// What took less than this is not remembered now; nil while there is room.
    public mutating func threshold(now: MonotonicInstant) -> Duration? {
        advance(to: now)
        let slot = slots[Int(latest % UInt64(slots.count))]
        return slot.count < capacity ? nil : slot.last?.duration
    }

    /// `record` is made only if it is kept.
    public mutating func note(_ duration: Duration, now: MonotonicInstant, _ record: () -> Record) {
        if let threshold = threshold(now: now), duration <= threshold { return }
        let index = Int(latest % UInt64(slots.count))
        let place = slots[index].firstIndex { $0.duration < duration } ?? slots[index].count
        slots[index].insert(Entry(duration: duration, record: record()), at: place)
        if slots[index].count > capacity { slots[index].removeLast() }
    }

    /// The slowest first.
    public mutating func slowest(now: MonotonicInstant) -> [Record] {
        advance(to: now)
        return slots.flatMap { $0 }.sorted { $0.duration > $1.duration }.prefix(capacity).map(\.record)
    }

    private mutating func advance(to now: MonotonicInstant) {
        let slot = now.nanoseconds / slotWidth
        guard slot > latest else { return }
        for number in 1...min(slot - latest, UInt64(slots.count)) {
            slots[Int((latest + number) % UInt64(slots.count))] = []
        }
        latest = slot
    }
}
