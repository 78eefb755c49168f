/// One bucket of quota.
public struct LimitStatus: Sendable, Hashable {
    /// "provider/NAME", "deployment/MODEL/NAME", "model/NAME", "client/NAME" or "client/NAME/model/NAME".
    public var scope: String
    public var kind: LimitKind
    /// Nil where nobody said and the gateway is finding out.
    public var limit: UInt64?
    /// What is granted at present: less than `limit` while it is learned, for safety, or after the provider complained.
    public var effectiveLimit: UInt64
    /// Settled within the window.
    public var used: UInt64
    /// Granted, and not settled.
    public var reserved: UInt64
    /// Used beyond the limit because an estimate was too low.
    public var debt: UInt64
    /// Until everything is free again if nothing more is used; nil where there is nothing to wait for.
    public var resets: Duration?
    /// Until the gate opens that the provider's answer closed; nil where there is none.
    public var gate: Duration?
    public var source: Source

    /// Whence the limit is known.
    public struct Source: OpenWord {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public static let configured = Source(rawValue: "configured")
        /// The provider's answers say so.
        public static let provider = Source(rawValue: "provider")
        public static let learned = Source(rawValue: "learned")
    }

    public init(
        scope: String = "", kind: LimitKind, limit: UInt64? = nil, effectiveLimit: UInt64 = 0, used: UInt64 = 0,
        reserved: UInt64 = 0, debt: UInt64 = 0, resets: Duration? = nil, gate: Duration? = nil, source: Source
    ) {
        self.scope = scope
        self.kind = kind
        self.limit = limit
        self.effectiveLimit = effectiveLimit
        self.used = used
        self.reserved = reserved
        self.debt = debt
        self.resets = resets
        self.gate = gate
        self.source = source
    }
}

/// What a bucket counts.
public struct LimitKind: OpenWord {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public static let requestsPerMinute = LimitKind(rawValue: "requests/min")
    public static let requestsPerDay = LimitKind(rawValue: "requests/day")
    public static let tokensPerMinute = LimitKind(rawValue: "tokens/min")
    public static let inputTokensPerMinute = LimitKind(rawValue: "input tokens/min")
    public static let outputTokensPerMinute = LimitKind(rawValue: "output tokens/min")
    public static let concurrency = LimitKind(rawValue: "concurrency")
}
