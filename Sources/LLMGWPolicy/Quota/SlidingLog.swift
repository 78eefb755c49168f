public import LLMGWCore

/// What was granted in the last stretch of time, entry by entry, so that no window of that length ever holds more than was checked for.
///
/// Every entry counts from its grant until `span` has passed. The amounts stand in a ring under a Fenwick tree, so that granting, settling
/// and finding the moment when enough has run out cost O(log n), and expiry is amortised. No terminal state. Wrong input: settling an entry
/// that has run out changes nothing (a race with time); an instant before the latest counts as the latest; a negative amount is our bug
/// (precondition).
public struct SlidingLog: Sendable {
    /// An entry's name, unique for the life of the log.
    public struct Entry: Sendable, Hashable {
        let number: UInt64
    }

    /// An upstream may count whatever it likes; beyond any real limit, and small enough for the ring's sum.
    private static let most = 1 << 40

    private let span: UInt64
    private var times: [UInt64] = []
    private var amounts: [Int] = []
    private var tree: [Int] = []
    private var first: UInt64 = 0
    private var next: UInt64 = 0
    /// Of what has not run out, as of the latest instant.
    public private(set) var sum = 0

    /// `span` is the window, and what entries live beyond it.
    public init(span: Duration) {
        precondition(span > .zero, "a window has a length")
        self.span = UInt64(span.wholeNanoseconds)
    }

    public var isEmpty: Bool { first == next }

    // MARK: Changing

    public mutating func append(_ amount: Int, now: MonotonicInstant) -> Entry {
        precondition(amount >= 0, "what is granted is not negative")
        expire(now: now)
        if Int(next - first) == times.count { grow() }
        let slot = slot(next)
        // Instants only rise within the log: the clock is monotonic, and a caller's older reading of it is not.
        times[slot] = max(now.nanoseconds, first < next ? times[self.slot(next - 1)] : 0)
        add(min(amount, Self.most), at: slot)
        next += 1
        return Entry(number: next - 1)
    }

    /// Replaces an entry's amount; it keeps its time. False if it has run out.
    @discardableResult
    public mutating func settle(_ entry: Entry, to amount: Int) -> Bool {
        precondition(amount >= 0, "what is used is not negative")
        guard entry.number >= first, entry.number < next else { return false }
        let slot = slot(entry.number)
        add(min(amount, Self.most) - amounts[slot], at: slot)
        return true
    }

    /// Lets an entry count from now on: what it stands for happens later than it was granted. Nil if it has run out.
    public mutating func move(_ entry: Entry, now: MonotonicInstant) -> Entry? {
        expire(now: now)
        guard entry.number >= first else { return nil }
        let amount = amounts[slot(entry.number)]
        settle(entry, to: 0)
        return append(amount, now: now)
    }

    public mutating func expire(now: MonotonicInstant) {
        while first < next {
            let slot = slot(first)
            guard times[slot] + span <= now.nanoseconds else { return }
            add(-amounts[slot], at: slot)
            first += 1
        }
    }

    // MARK: Asking

    /// When the entry was granted; nil if it has run out.
    public func time(of entry: Entry) -> MonotonicInstant? {
        entry.number >= first && entry.number < next
            ? MonotonicInstant(nanoseconds: times[slot(entry.number)]) : nil
    }

    /// Nil if it has run out.
    public func amount(of entry: Entry) -> Int? {
        entry.number >= first && entry.number < next ? amounts[slot(entry.number)] : nil
    }

    /// When at most `rest` of what is in the log now will be left; `now` if that is so already.
    public func earliest(leaving rest: Int, now: MonotonicInstant) -> MonotonicInstant {
        guard sum > rest else { return now }
        guard rest >= 0 else { return .distantFuture }
        let released = number(releasing: sum - rest)
        return max(now, MonotonicInstant(nanoseconds: times[slot(released)] + span))
    }

    /// How much of what is in the log now will be left at `instant`.
    public func remaining(at instant: MonotonicInstant) -> Int {
        var low = first
        var high = next
        while low < high {
            let middle = low + (high - low) / 2
            if times[slot(middle)] + span <= instant.nanoseconds { low = middle + 1 } else { high = middle }
        }
        return sum - amount(before: low)
    }

    /// What was granted after this entry.
    public func sum(after entry: Entry) -> Int {
        let from = max(entry.number + 1, first)
        return from >= next ? 0 : sum - amount(before: from)
    }

    /// When everything in the log has run out; nil if nothing is in it.
    public var end: MonotonicInstant? {
        first == next ? nil : MonotonicInstant(nanoseconds: times[slot(next - 1)] + span)
    }

    // MARK: The ring and its tree

    private func slot(_ number: UInt64) -> Int { Int(number & UInt64(truncatingIfNeeded: times.count - 1)) }

    /// The sum of the entries from the first up to and without `number`.
    private func amount(before number: UInt64) -> Int {
        guard number < next else { return sum }
        let (start, end) = (slot(first), slot(number))
        // What is outside of the ring's live part is zero, so a part that wraps around is the whole without the gap.
        let difference = prefix(end) - prefix(start)
        return end >= start ? difference : sum + difference
    }

    /// The entry with which this much, of the `sum`, has been released.
    private func number(releasing amount: Int) -> UInt64 {
        let start = slot(first)
        let before = prefix(start)
        let tail = sum - before
        let found = amount <= tail ? firstSlot(reaching: before + amount) : firstSlot(reaching: amount - tail)
        return first + UInt64((found - start + times.count) & (times.count - 1))
    }

    /// The sum of the slots before `slot`.
    private func prefix(_ slot: Int) -> Int {
        var (index, total) = (slot, 0)
        while index > 0 {
            total += tree[index]
            index &= index - 1
        }
        return total
    }

    private func firstSlot(reaching target: Int) -> Int {
        var (position, left, step) = (0, target, times.count)
        while step > 0 {
            if position + step < tree.count, tree[position + step] < left {
                position += step
                left -= tree[position]
            }
            step >>= 1
        }
        return position
    }

    private mutating func add(_ delta: Int, at slot: Int) {
        guard delta != 0 else { return }
        amounts[slot] += delta
        sum += delta
        var index = slot + 1
        while index < tree.count {
            tree[index] += delta
            index += index & -index
        }
    }

    private mutating func grow() {
        let live = (first..<next).map { (times[slot($0)], amounts[slot($0)]) }
        let capacity = max(16, times.count * 2)
        times = Array(repeating: 0, count: capacity)
        amounts = Array(repeating: 0, count: capacity)
        tree = Array(repeating: 0, count: capacity + 1)
        sum = 0
        for (offset, entry) in live.enumerated() {
            let slot = slot(first + UInt64(offset))
            times[slot] = entry.0
            add(entry.1, at: slot)
        }
    }
}
