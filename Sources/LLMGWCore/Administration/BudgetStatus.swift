/// What may be spent in a period, and what was.
public struct BudgetStatus: Sendable, Hashable {
    /// "client/NAME" or "provider/NAME".
    public var scope: String
    public var period: Period
    public var spent: Cost?
    /// Granted, and not settled.
    public var reserved: Cost?
    /// From here on an alert says so; nil where nothing does.
    public var warn: Cost?
    /// From here on nothing is granted; nil where nothing stops.
    public var stop: Cost?
    public var state: State
    /// Until the period's end.
    public var ends: Duration
    /// Requests of the period to models without a price: `spent` lacks them.
    public var unpricedRequests: UInt64

    /// Of UTC.
    public struct Period: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let day = Period(rawValue: "day")
        public static let month = Period(rawValue: "month")
    }

    public struct State: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let ok = State(rawValue: "ok")
        public static let warning = State(rawValue: "warning")
        /// A request was refused because it was expected to cost more than is left.
        public static let refusing = State(rawValue: "refusing")
        public static let exhausted = State(rawValue: "exhausted")
    }

    public init(
        scope: String = "", period: Period, spent: Cost? = nil, reserved: Cost? = nil, warn: Cost? = nil,
        stop: Cost? = nil, state: State, ends: Duration = .zero, unpricedRequests: UInt64 = 0
    ) {
        self.scope = scope
        self.period = period
        self.spent = spent
        self.reserved = reserved
        self.warn = warn
        self.stop = stop
        self.state = state
        self.ends = ends
        self.unpricedRequests = unpricedRequests
    }
}
