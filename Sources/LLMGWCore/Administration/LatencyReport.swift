/// What one row of a report of latencies stands for.
public enum LatencyGrouping: UInt32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case model = 1
    case provider
    case client

    /// As people write it.
    public var description: String {
        switch self {
        case .model: "model"
        case .provider: "provider"
        case .client: "client"
        }
    }
}

/// How long requests took.
public struct LatencyReport: Sendable, Hashable {
    public var rows: [LatencyRow]
    /// How far back the rows reach; nil: to the daemon's start.
    public var window: Duration?

    public init(
        rows: [LatencyRow] = [], window: Duration? = nil
    ) {
        self.rows = rows
        self.window = window
    }
}

/// One span of the requests of one model, provider or client.
public struct LatencyRow: Sendable, Hashable {
    public var name: String
    public var span: Span
    public var count: UInt64
    public var p50: Duration?
    public var p95: Duration?
    public var p99: Duration?
    public var max: Duration?

    /// As in `Latency`.
    public struct Span: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let total = Span(rawValue: "total")
        public static let firstToken = Span(rawValue: "first token")
        public static let queue = Span(rawValue: "queue")
        public static let overhead = Span(rawValue: "overhead")
    }

    public init(
        name: String = "", span: Span, count: UInt64 = 0, p50: Duration? = nil, p95: Duration? = nil,
        p99: Duration? = nil, max: Duration? = nil
    ) {
        self.name = name
        self.span = span
        self.count = count
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
    }
}
