/// `[models.NAME.deployments.ID]`: one place where a model can be asked, such as a provider, a region or a key.
public struct DeploymentSettings: Sendable, Hashable {
    /// Unique within its model.
    public var name: String
    public var provider: String
    /// What the provider calls the model.
    public var upstreamModel: String
    /// Its share of the requests beside the others', above 0.
    public var weight: Double
    /// Lower is asked first, where the strategy is `priority`.
    public var priority: Int
    /// Relative price of a request, where the strategy is `cost`.
    public var cost: Double
    public var limits: QuotaLimits
    /// Nil for the model's.
    public var price: ModelPrice?

    public init(
        name: String = "default", provider: String, upstreamModel: String, weight: Double = 1, priority: Int = 0,
        cost: Double = 0, limits: QuotaLimits = QuotaLimits(), price: ModelPrice? = nil
    ) {
        self.name = name
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.weight = weight
        self.priority = priority
        self.cost = cost
        self.limits = limits
        self.price = price
    }
}

/// How a model's requests are spread over its deployments.
public enum BalancingStrategy: String, Sendable, Hashable, CaseIterable {
    case roundRobin = "round_robin"
    /// In proportion to the weights, as evenly in time as they allow (smooth weighted round robin).
    case weighted
    /// Fewest requests in flight per weight.
    case leastInFlight = "least_in_flight"
    /// The better of two random ones, by peak EWMA of the time to the first content.
    case leastLatency = "least_latency"
    /// Cheapest first.
    case cost
    /// Smallest priority number first.
    case priority
}
