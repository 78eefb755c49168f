/// Something that happened.
public struct GatewayEvent: Sendable, Hashable {
    /// Rises by 1 with every event of the daemon.
    public var sequence: UInt64
    public var time: UnixTime
    public var kind: Kind
    public var severity: Severity
    /// What it is about: "provider/NAME", "model/NAME", "deployment/MODEL/NAME", "client/NAME".
    public var subject: String?
    /// For people: neither prompt nor key.
    public var message: String
    /// Where it is about a request.
    public var request: RequestRecord?
    /// More, by the kind of the event.
    public var details: [Label]
    /// How many events before this one are missing because the reader was too slow.
    public var dropped: UInt64

    public struct Kind: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// One ended.
        public static let request = Kind(rawValue: "request")
        public static let breaker = Kind(rawValue: "breaker")
        public static let alert = Kind(rawValue: "alert")
        public static let quota = Kind(rawValue: "quota")
        public static let budget = Kind(rawValue: "budget")
        public static let cache = Kind(rawValue: "cache")
        public static let reload = Kind(rawValue: "reload")
        public static let pause = Kind(rawValue: "pause")
        public static let drain = Kind(rawValue: "drain")
        /// An administrator did something else.
        public static let admin = Kind(rawValue: "admin")

        /// Those that this version knows.
        public static let all: [Kind] = [
            .request, .breaker, .alert, .quota, .budget, .cache, .reload, .pause, .drain, .admin,
        ]
    }

    public struct Severity: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let info = Severity(rawValue: "info")
        public static let notice = Severity(rawValue: "notice")
        public static let warning = Severity(rawValue: "warning")
        public static let error = Severity(rawValue: "error")

        /// Those that this version knows, the least severe first.
        public static let all: [Severity] = [.info, .notice, .warning, .error]

        /// Nil for a word of another version.
        public var rank: Int? { Self.all.firstIndex(of: self) }
    }

    public init(
        sequence: UInt64 = 0, time: UnixTime, kind: Kind, severity: Severity, subject: String? = nil,
        message: String = "", request: RequestRecord? = nil, details: [Label] = [], dropped: UInt64 = 0
    ) {
        self.sequence = sequence
        self.time = time
        self.kind = kind
        self.severity = severity
        self.subject = subject
        self.message = message
        self.request = request
        self.details = details
        self.dropped = dropped
    }
}

/// How many events a reader got, and how many it was too slow for.
public struct EventSummary: Sendable, Hashable {
    public var delivered: UInt64
    public var dropped: UInt64

    public init(
        delivered: UInt64 = 0, dropped: UInt64 = 0
    ) {
        self.delivered = delivered
        self.dropped = dropped
    }
}
