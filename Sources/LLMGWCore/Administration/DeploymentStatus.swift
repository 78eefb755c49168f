/// One way to a model, and how it fares: a provider with its address and key, and the model's name there.
public struct DeploymentStatus: Sendable, Hashable {
    public var model: String
    /// Unique within the model.
    public var name: String
    public var provider: String
    public var upstreamModel: String
    public var state: State
    public var breaker: BreakerStatus.State
    /// Until the gate opens; nil where there is none.
    public var gated: Duration?
    public var inFlight: UInt32
    public var weight: Double
    /// 0 is asked first.
    public var priority: UInt32
    public var requests: UInt64
    public var successes: UInt64
    public var failures: UInt64
    /// The failures by reason, the most frequent first.
    public var failureCounts: [FailureCount]
    /// Of the last minutes, 0 to 1; nil where nothing was asked.
    public var successRate: Double?
    /// Of the last minutes; nil where there was no success.
    public var firstToken: LatencyQuantiles?
    public var total: LatencyQuantiles?

    public struct State: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let healthy = State(rawValue: "healthy")
        /// Takes a growing part of the requests after its recovery.
        public static let slowStart = State(rawValue: "slow start")
        /// Fails more than its peers.
        public static let ejected = State(rawValue: "ejected")
        /// The upstream named a time.
        public static let gated = State(rawValue: "gated")
        /// Its breaker, or its provider's, lets nothing through.
        public static let open = State(rawValue: "open")
        /// An operator has paused its provider.
        public static let paused = State(rawValue: "paused")
    }

    public init(
        model: String, name: String, provider: String, upstreamModel: String, state: State,
        breaker: BreakerStatus.State,
        gated: Duration? = nil, inFlight: UInt32 = 0, weight: Double = 1, priority: UInt32 = 0, requests: UInt64 = 0,
        successes: UInt64 = 0, failures: UInt64 = 0, failureCounts: [FailureCount] = [], successRate: Double? = nil,
        firstToken: LatencyQuantiles? = nil, total: LatencyQuantiles? = nil
    ) {
        self.model = model
        self.name = name
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.state = state
        self.breaker = breaker
        self.gated = gated
        self.inFlight = inFlight
        self.weight = weight
        self.priority = priority
        self.requests = requests
        self.successes = successes
        self.failures = failures
        self.failureCounts = failureCounts
        self.successRate = successRate
        self.firstToken = firstToken
        self.total = total
    }
}

/// How often one reason was why.
public struct FailureCount: Sendable, Hashable {
    public var reason: ErrorReason
    public var count: UInt64

    public init(reason: ErrorReason, count: UInt64) {
        self.reason = reason
        self.count = count
    }
}

/// Half, 95 and 99 of a hundred took no longer than this.
public struct LatencyQuantiles: Sendable, Hashable {
    public var p50: Duration
    public var p95: Duration
    public var p99: Duration

    public init(p50: Duration, p95: Duration, p99: Duration) {
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
    }
}
