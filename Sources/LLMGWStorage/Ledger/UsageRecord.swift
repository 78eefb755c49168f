/// One call, as the ledger keeps it: a flat row, which also a line of CSV can hold.
public struct UsageRecord: Sendable, Hashable {
    /// When it ended, in milliseconds since 1970 UTC.
    public var time: Int64
    /// As the kernel knows the caller, and as the configuration calls it.
    public var uid: UInt32
    public var client: String
    public var operation: String
    public var model: String
    /// Empty where no upstream was asked.
    public var provider: String
    public var deployment: String
    /// Nil where the upstream did not say.
    public var inputTokens: UInt64?
    public var outputTokens: UInt64?
    public var cachedInputTokens: UInt64?
    public var reasoningTokens: UInt64?
    /// What attempts took whose upstream did not count; nil where all did.
    public var estimatedInputTokens: UInt64?
    public var estimatedOutputTokens: UInt64?
    /// Nil: unpriced, which is not the same as free.
    public var cost: UsageCost?
    /// "ok", or the reason of the error.
    public var outcome: String
    public var attempts: UInt32
    /// From the request's arrival to its end, to its admission and to its first content, in microseconds.
    public var duration: Int64
    public var queued: Int64
    public var firstContent: Int64?
    /// "hit", "miss", "stale", "coalesced" or "bypass"; `part` for what another provider took on the way to the call that has a row of its own.
    public var cache: String

    /// Such a row has a cost, and is no call.
    public static let part = "part"

    public init(
        time: Int64, uid: UInt32, client: String, operation: String, model: String, provider: String = "",
        deployment: String = "", inputTokens: UInt64? = nil, outputTokens: UInt64? = nil,
        cachedInputTokens: UInt64? = nil, reasoningTokens: UInt64? = nil,
        estimatedInputTokens: UInt64? = nil, estimatedOutputTokens: UInt64? = nil, cost: UsageCost? = nil,
        outcome: String, attempts: UInt32, duration: Int64, queued: Int64 = 0, firstContent: Int64? = nil,
        cache: String = "bypass"
    ) {
        self.time = time
        self.uid = uid
        self.client = client
        self.operation = operation
        self.model = model
        self.provider = provider
        self.deployment = deployment
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedInputTokens = cachedInputTokens
        self.reasoningTokens = reasoningTokens
        self.estimatedInputTokens = estimatedInputTokens
        self.estimatedOutputTokens = estimatedOutputTokens
        self.cost = cost
        self.outcome = outcome
        self.attempts = attempts
        self.duration = duration
        self.queued = queued
        self.firstContent = firstContent
        self.cache = cache
    }
}

/// Money in millionths of a currency's unit.
public struct UsageCost: Sendable, Hashable {
    public var micros: Int64
    /// "USD". Sums of different currencies are never added up.
    public var currency: String

    public init(micros: Int64, currency: String) {
        self.micros = micros
        self.currency = currency
    }
}
