/// What one row of the ledger's sums stands for.
public enum UsageGrouping: UInt32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case client = 1
    case model
    case provider
    /// Of UTC.
    case day

    /// As people write it.
    public var description: String {
        switch self {
        case .client: "client"
        case .model: "model"
        case .provider: "provider"
        case .day: "day"
        }
    }
}

/// What of the ledger is asked for.
public struct UsageReportQuery: Sendable, Hashable {
    /// What the rows stand for; nothing gives one row.
    public var by: [UsageGrouping]
    /// The first included; nil: as far back as the ledger reaches.
    public var from: UnixTime?
    /// Not included; nil: up to now.
    public var to: UnixTime?
    /// Only these, where they are not nil.
    public var client: String?
    public var model: String?
    public var provider: String?
    /// Nil means `maxRows`.
    public var rows: UInt32?

    /// The most there can be in an answer.
    public static let maxRows: UInt32 = 10_000

    public init(
        by: [UsageGrouping] = [], from: UnixTime? = nil, to: UnixTime? = nil, client: String? = nil,
        model: String? = nil, provider: String? = nil, rows: UInt32? = nil
    ) {
        self.by = by
        self.from = from
        self.to = to
        self.client = client
        self.model = model
        self.provider = provider
        self.rows = rows
    }

    /// Throws if it contradicts itself, or asks for too much.
    public func validate() throws(GatewayError) {
        guard Set(by).count == by.count else { throw GatewayError(.invalidRequest, "by: names something twice") }
        if let from, let to, from >= to { throw GatewayError(.invalidRequest, "to_unix_ms: not after from_unix_ms") }
        if let rows, rows > Self.maxRows {
            throw GatewayError(.invalidRequest, "max_rows: more than \(Self.maxRows)")
        }
    }
}

/// What was used, in rows: the greatest use first; by day, the oldest first.
public struct UsageReport: Sendable, Hashable {
    public var rows: [UsageRow]
    /// There are more rows than were asked for.
    public var truncated: Bool
    /// The range that was added up; where the query left it open, what the ledger has.
    public var from: UnixTime?
    public var to: UnixTime?

    public init(
        rows: [UsageRow] = [], truncated: Bool = false, from: UnixTime? = nil, to: UnixTime? = nil
    ) {
        self.rows = rows
        self.truncated = truncated
        self.from = from
        self.to = to
    }
}

/// What was used. The names of what the rows are not grouped by are nil.
public struct UsageRow: Sendable, Hashable {
    public var client: String?
    public var model: String?
    public var provider: String?
    /// "2026-11-21".
    public var day: String?
    public var counts: RequestCounts
    /// Of the requests, those that the cache answered: they used nothing.
    public var cached: UInt64
    /// What the upstreams counted.
    public var usage: Usage
    /// What was estimated for requests whose upstream did not count.
    public var estimatedUsage: Usage
    public var estimatedRequests: UInt64
    /// In each currency.
    public var costs: [Cost]
    /// Requests to models without a price: the costs lack them.
    public var unpricedRequests: UInt64

    public init(
        client: String? = nil, model: String? = nil, provider: String? = nil, day: String? = nil,
        counts: RequestCounts = RequestCounts(), cached: UInt64 = 0, usage: Usage = Usage(),
        estimatedUsage: Usage = Usage(), estimatedRequests: UInt64 = 0, costs: [Cost] = [], unpricedRequests: UInt64 = 0
    ) {
        self.client = client
        self.model = model
        self.provider = provider
        self.day = day
        self.counts = counts
        self.cached = cached
        self.usage = usage
        self.estimatedUsage = estimatedUsage
        self.estimatedRequests = estimatedRequests
        self.costs = costs
        self.unpricedRequests = unpricedRequests
    }
}
