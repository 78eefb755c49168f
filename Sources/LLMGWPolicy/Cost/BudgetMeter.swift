public import LLMGWCore

/// What one budget has left in its period.
///
/// What a request is expected to cost is reserved when it is granted, and settled once with what it did cost. A new period starts empty; what
/// was reserved in the old one is settled in the new. States: ok, warning, refusing, exhausted; none is terminal, and each is announced once in a
/// period.
/// Wrong input: a wall clock that is set back stays in the later period.
public struct BudgetMeter: Sendable {
    public enum State: String, Sendable, Comparable {
        case ok, warning
        /// A request was refused because it was expected to cost more than is left. Cheaper ones go on.
        case refusing
        case exhausted

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .refusing: 2
            case .exhausted: 3
            }
        }

        public static func < (a: State, b: State) -> Bool { a.rank < b.rank }
    }

    /// Why a request may not go.
    public enum Refusal: Sendable, Equatable {
        /// Requests under way may cost what is left: when they have ended, there may be room.
        case held(left: Int64)
        /// It is expected to cost more than is left in this period.
        case tooDear(left: Int64)
        /// All is spent.
        case spent
        /// It is expected to cost more than any period has.
        case neverFits(stop: Int64)
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
    private var hasRefused = false
    /// Of `spent`, what was spent before a restart: people have heard of that.
    public private(set) var spentBefore: Int64 = 0

    public init(_ settings: BudgetSettings, wallClock: Int64, firstReservation: UInt64 = 0) {
        self.settings = settings
        self.firstReservation = firstReservation
        self.period = settings.period.number(at: wallClock)
    }

    public var state: State {
        if let stop = settings.stop, spent >= stop { return .exhausted }
        if hasRefused { return .refusing }
        if let warn = settings.warn, spent >= warn { return .warning }
        return .ok
    }

    /// Why a request may not go that is expected to cost this much; nil if it may.
    public mutating func refusal(of cost: Int64, wallClock: Int64) -> Refusal? {
        advance(wallClock)
        guard let stop = settings.stop else { return nil }
        if cost > stop { return .neverFits(stop: stop) }
        if spent >= stop { return .spent }
        if spent + cost > stop { return .tooDear(left: stop - spent) }
        return spent + reserved + cost > stop ? .held(left: max(0, stop - spent - reserved)) : nil
    }

    /// A request was refused. Returns a state that is to be announced.
    public mutating func refused(_ refusal: Refusal) -> State? {
        if case .tooDear = refusal { hasRefused = true }
        return announcement()
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
        spentBefore += spent
        announced = max(announced, state)
    }

    /// Takes over from a meter with other thresholds.
    public mutating func continueWith(_ other: BudgetMeter, wallClock: Int64) {
        advance(wallClock)
        reserved += other.reserved
        firstReservation = other.firstReservation
        guard other.period == period else { return }
        spent += other.spent
        spentBefore += other.spentBefore
        unpriced += other.unpriced
        announced = state
    }

    private mutating func announcement() -> State? {
        guard state > announced else { return nil }
        announced = state
        return state
    }

    /// Nothing is spent in this period, and nothing may be.
    public var isIdle: Bool { spent == 0 && reserved == 0 && unpriced == 0 }

    /// Begins a new period if there is one.
    public mutating func advance(_ wallClock: Int64) {
        let number = settings.period.number(at: wallClock)
        guard number > period else { return }
        period = number
        spent = 0
        spentBefore = 0
        unpriced = 0
        hasRefused = false
        announced = .ok
    }
}
