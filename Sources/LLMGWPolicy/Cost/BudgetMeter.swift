public import LLMGWCore

/// What one budget has left in its period.
///
/// What a request is expected to cost is reserved when it is granted, and settled once with what it did cost. A new period starts empty; what
/// was reserved in the old one is settled in the new. States: ok, warning, exhausted; none is terminal, and each is announced once in a period.
/// Wrong input: a wall clock that is set back stays in the later period.
public struct BudgetMeter: Sendable {
    public enum State: String, Sendable, Comparable {
        case ok, warning, exhausted

        private var rank: Int { self == .ok ? 0 : self == .warning ? 1 : 2 }
        public static func < (a: State, b: State) -> Bool { a.rank < b.rank }
    }

    public let settings: BudgetSettings
    /// The first reservation that this meter knows of: those that were made before it was there are none of its own.
    public private(set) var firstReservation: UInt64
    private var period: Int
    public private(set) var spent: Int64 = 0
    public private(set) var reserved: Int64 = 0
    /// Requests of the period whose cost nobody knows.
    public private(set) var unpriced = 0
    private var announced = State.ok

    public init(_ settings: BudgetSettings, wallClock: Int64, firstReservation: UInt64 = 0) {
        self.settings = settings
        self.firstReservation = firstReservation
        self.period = settings.period.number(at: wallClock)
    }

    public var state: State {
        if let stop = settings.stop, spent >= stop { return .exhausted }
        if let warn = settings.warn, spent >= warn { return .warning }
        return .ok
    }

    /// Whether a request may go that is expected to cost this much.
    public mutating func allows(_ cost: Int64, wallClock: Int64) -> Bool {
        advance(wallClock)
        guard let stop = settings.stop else { return true }
        return spent < stop && spent + reserved + cost <= stop
    }

    public mutating func reserve(_ cost: Int64) { reserved += cost }

    /// What was reserved cost this much; nil where that is not known. Returns a state that is to be announced.
    public mutating func settle(reserved amount: Int64, cost: Int64?, wallClock: Int64) -> State? {
        advance(wallClock)
        precondition(amount <= reserved, "only what was reserved can be settled")
        reserved -= amount
        if let cost { spent += cost } else { unpriced += 1 }
        return announcement()
    }

    /// Continues what was spent before a restart, in the period that holds this moment.
    public mutating func restore(spent: Int64, wallClock: Int64) {
        advance(wallClock)
        self.spent += spent
        announced = max(announced, state)
    }

    /// Takes over from a meter with other thresholds.
    public mutating func continueWith(_ other: BudgetMeter, wallClock: Int64) {
        advance(wallClock)
        reserved += other.reserved
        firstReservation = other.firstReservation
        guard other.period == period else { return }
        spent += other.spent
        unpriced += other.unpriced
        announced = state
    }

    private mutating func announcement() -> State? {
        guard state > announced else { return nil }
        announced = state
        return state
    }

    private mutating func advance(_ wallClock: Int64) {
        let number = settings.period.number(at: wallClock)
        guard number > period else { return }
        period = number
        spent = 0
        unpriced = 0
        announced = .ok
    }
}
