/// One threshold of the configuration, on one model or provider.
public struct AlertStatus: Sendable, Hashable {
    public var name: String
    public var severity: Severity
    public var state: State
    /// What is measured: "success rate", for example.
    public var metric: String
    /// Of what: "provider/NAME", "model/NAME" or "deployment/MODEL/NAME".
    public var subject: String
    /// Nil where nothing was measured yet.
    public var value: Double?
    public var threshold: Double
    /// How long it has been in this state.
    public var since: Duration

    public struct Severity: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let warning = Severity(rawValue: "warning")
        public static let critical = Severity(rawValue: "critical")
    }

    public struct State: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let ok = State(rawValue: "ok")
        public static let firing = State(rawValue: "firing")
    }

    public init(
        name: String, severity: Severity, state: State, metric: String, subject: String, value: Double?,
        threshold: Double, since: Duration
    ) {
        self.name = name
        self.severity = severity
        self.state = state
        self.metric = metric
        self.subject = subject
        self.value = value
        self.threshold = threshold
        self.since = since
    }
}
