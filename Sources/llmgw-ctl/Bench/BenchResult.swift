import LLMGWCore

/// What became of one request, as the client sees it.
struct BenchResult: Sendable, Hashable {
    /// From the call until its end.
    var duration: Duration
    /// From the call until the first content; nil where none came, and for answers that come whole.
    var firstToken: Duration?
    /// What the gateway itself took, as it says.
    var overhead: Duration?
    var cache: CacheState?
    var usage: Usage?
    var cost: Cost?
    var provider: String?
    /// Nil where it succeeded.
    var reason: ErrorReason?

    init(
        duration: Duration, firstToken: Duration? = nil, info: ReplyInfo? = nil, usage: Usage? = nil,
        reason: ErrorReason? = nil
    ) {
        self.duration = duration
        self.firstToken = firstToken
        self.overhead = info?.latency?.overhead
        self.cache = info?.cache
        self.usage = usage
        self.cost = info?.cost
        self.provider = info?.provider
        self.reason = reason
    }
}
