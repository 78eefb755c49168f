public struct LoadBalancerSettings: Sendable, Hashable {
    /// A target that has recovered gets its full weight after this time.
    public var slowStart: Duration
    /// The share of its weight that it starts with, from above 0 to 1.
    public var slowStartShare: Double
    /// How long a latency is remembered: after this time it counts about a third.
    public var latencyDecay: Duration
    /// The latency that is assumed until one was measured.
    public var unmeasuredLatency: Duration
    /// What a failure share of 1 adds to a target's latency, in multiples of it.
    public var failurePenalty: Double

    public init(
        slowStart: Duration = .seconds(60), slowStartShare: Double = 0.1, latencyDecay: Duration = .seconds(10),
        unmeasuredLatency: Duration = .seconds(1), failurePenalty: Double = 10
    ) {
        self.slowStart = slowStart
        self.slowStartShare = slowStartShare
        self.latencyDecay = latencyDecay
        self.unmeasuredLatency = unmeasuredLatency
        self.failurePenalty = failurePenalty
    }

    /// What is wrong with these settings, for people; nil if nothing is.
    public var defect: String? {
        if slowStart < .zero { return "slow_start must not be negative" }
        if !(slowStartShare > 0 && slowStartShare <= 1) { return "slow_start_share must be above 0 and at most 1" }
        if latencyDecay <= .zero { return "latency_decay must be positive" }
        if unmeasuredLatency <= .zero { return "unmeasured_latency must be positive" }
        if !(failurePenalty >= 0 && failurePenalty.isFinite) { return "failure_penalty must not be negative" }
        return nil
    }
}
