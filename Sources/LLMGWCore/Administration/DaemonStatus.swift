/// What the daemon is doing, in numbers.
public struct DaemonStatus: Sendable, Hashable {
    public var version: String
    public var pid: UInt32
    public var uptime: Duration
    public var state: State
    public var connections: UInt32
    public var inFlight: UInt32
    public var totals: RequestCounts
    /// Connections closed for a violation of the protocol.
    public var protocolErrors: UInt64
    /// Bytes of memory the process occupies.
    public var residentBytes: UInt64
    public var providers: [ProviderStatus]
    public var models: [ModelStatus]
    public var clients: [ClientStatus]
    public var pauses: [PauseStatus]
    /// Requests that wait for quota.
    public var waiting: UInt32
    /// Nil where there is no cache.
    public var cache: CacheCounts?
    /// Since midnight UTC, in each currency. Only for administrators.
    public var costsToday: [Cost]
    /// What is out of use though the daemon goes on: a sentence each.
    public var problems: [String]

    public struct State: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let serving = State(rawValue: "serving")
        /// Everything is.
        public static let paused = State(rawValue: "paused")
        public static let draining = State(rawValue: "draining")
    }

    public init(
        version: String, pid: UInt32, uptime: Duration, state: State, connections: UInt32, inFlight: UInt32,
        totals: RequestCounts, protocolErrors: UInt64, residentBytes: UInt64, providers: [ProviderStatus],
        models: [ModelStatus], clients: [ClientStatus], pauses: [PauseStatus] = [], waiting: UInt32 = 0,
        cache: CacheCounts? = nil, costsToday: [Cost] = [], problems: [String] = []
    ) {
        self.version = version
        self.pid = pid
        self.uptime = uptime
        self.state = state
        self.connections = connections
        self.inFlight = inFlight
        self.totals = totals
        self.protocolErrors = protocolErrors
        self.residentBytes = residentBytes
        self.providers = providers
        self.models = models
        self.clients = clients
        self.pauses = pauses
        self.waiting = waiting
        self.cache = cache
        self.costsToday = costsToday
        self.problems = problems
    }
}

/// How many requests there were, and how they ended.
public struct RequestCounts: Sendable, Hashable {
    public var requests: UInt64
    public var succeeded: UInt64
    public var failed: UInt64
    public var cancelled: UInt64

    public init(requests: UInt64 = 0, succeeded: UInt64 = 0, failed: UInt64 = 0, cancelled: UInt64 = 0) {
        self.requests = requests
        self.succeeded = succeeded
        self.failed = failed
        self.cancelled = cancelled
    }
}

public struct ProviderStatus: Sendable, Hashable {
    public var name: String
    public var kind: String
    /// Without query and user information.
    public var baseURL: String
    public var inFlight: UInt32
    /// Requests that wait for a place.
    public var waiting: UInt32
    /// 0 means no limit.
    public var maxConcurrency: UInt32
    public var attempts: UInt64
    public var failures: UInt64

    public init(
        name: String, kind: String, baseURL: String, inFlight: UInt32, waiting: UInt32, maxConcurrency: UInt32,
        attempts: UInt64, failures: UInt64
    ) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.inFlight = inFlight
        self.waiting = waiting
        self.maxConcurrency = maxConcurrency
        self.attempts = attempts
        self.failures = failures
    }
}

public struct ModelStatus: Sendable, Hashable {
    public var name: String
    public var provider: String
    public var counts: RequestCounts
    public var usage: Usage

    public init(name: String, provider: String, counts: RequestCounts, usage: Usage) {
        self.name = name
        self.provider = provider
        self.counts = counts
        self.usage = usage
    }
}

/// All programs of one user.
public struct ClientStatus: Sendable, Hashable {
    public var uid: UInt32
    public var connections: UInt32
    public var streams: UInt32
    public var requests: UInt64

    public init(uid: UInt32, connections: UInt32, streams: UInt32, requests: UInt64) {
        self.uid = uid
        self.connections = connections
        self.streams = streams
        self.requests = requests
    }
}
