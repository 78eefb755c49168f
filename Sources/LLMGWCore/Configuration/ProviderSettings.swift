/// `[providers.NAME]`: an upstream, how to reach it and how much of it to use.
public struct ProviderSettings: Sendable, Hashable {
    public var name: String
    public var kind: Kind
    /// Scheme, host, port and path prefix with the API's version, without a trailing slash: "https://api.openai.com/v1".
    public var baseURL: String
    public var key: Secret?
    /// Sent with every request, in this order.
    public var headers: [Header]
    public var httpVersion: HTTPVersion
    /// Certificates to trust instead of the system's.
    public var caFile: String?
    public var timeouts: UpstreamTimeouts
    public var limits: QuotaLimits
    /// Requests that may go at once in spite of the requests per minute, which are spread evenly; nil for a tenth of them.
    public var requestBurst: Int?
    public var budgets: [BudgetSettings]
    /// Requests that may wait for a place.
    public var maxQueue: Int
    public var embedBatching: EmbedBatching

    /// The dialect an upstream speaks.
    public enum Kind: String, Sendable, CaseIterable {
        case openai, anthropic
    }

    /// Which HTTP to use. `auto` is HTTP/2 where TLS negotiates it, else HTTP/1.1.
    public enum HTTPVersion: String, Sendable, CaseIterable {
        case auto, http1 = "1.1", http2 = "2"
    }

    /// A header. Its value may be a key, so it is kept like one.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: Secret

        public init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    public init(
        name: String, kind: Kind = .openai, baseURL: String, key: Secret? = nil, headers: [Header] = [],
        httpVersion: HTTPVersion = .auto, caFile: String? = nil, timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        limits: QuotaLimits = QuotaLimits(), requestBurst: Int? = nil, budgets: [BudgetSettings] = [],
        maxQueue: Int = 4096, embedBatching: EmbedBatching = EmbedBatching()
    ) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
        self.key = key
        self.headers = headers
        self.httpVersion = httpVersion
        self.caFile = caFile
        self.timeouts = timeouts
        self.limits = limits
        self.requestBurst = requestBurst
        self.budgets = budgets
        self.maxQueue = maxQueue
        self.embedBatching = embedBatching
    }
}

/// The five clocks of an upstream transfer.
public struct UpstreamTimeouts: Sendable, Hashable {
    /// Resolve, connect and TLS together.
    public var connect: Duration
    /// From the connection being ready until the first content of the answer.
    public var firstToken: Duration
    /// Between two pieces of content. Comments and pings of the upstream do not count as content.
    public var idle: Duration
    /// The whole attempt.
    public var total: Duration
    /// From the answer's end mark until the upstream ends the transfer.
    public var drain: Duration

    public init(
        connect: Duration = .seconds(5), firstToken: Duration = .seconds(60), idle: Duration = .seconds(60),
        total: Duration = .seconds(600), drain: Duration = .seconds(2)
    ) {
        self.connect = connect
        self.firstToken = firstToken
        self.idle = idle
        self.total = total
        self.drain = drain
    }
}

/// How small concurrent Embed calls for one model are merged.
public struct EmbedBatching: Sendable, Hashable {
    /// Inputs in one upstream call; 1 turns merging off.
    public var maxBatch: Int
    /// How long the first call waits for company.
    public var maxWait: Duration
    /// Inputs waiting at once, for one model.
    public var maxQueue: Int

    public init(maxBatch: Int = 64, maxWait: Duration = .milliseconds(2), maxQueue: Int = 4096) {
        self.maxBatch = maxBatch
        self.maxWait = maxWait
        self.maxQueue = maxQueue
    }
}
