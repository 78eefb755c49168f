/// `[models.NAME]`: a name that callers use, and what stands behind it.
public struct ModelSettings: Sendable, Hashable {
    public var name: String
    /// Where it can be asked: one at least.
    public var deployments: [DeploymentSettings]
    public var strategy: BalancingStrategy
    public var fallbacks: FallbackSettings
    /// How long an attempt goes without content, at least, before another deployment is asked too; nil where none is.
    public var hedgeAfter: Duration?
    public var aliases: [String]
    /// Tokens; nil where nobody said.
    public var contextLength: UInt32?
    /// Nil where nobody said; then nothing is refused for lack of one.
    public var capabilities: Set<Capability>?
    /// Parameters for requests that do not set them.
    public var defaultParameters: Sampling
    /// What it has of its own beside `[cache]`.
    public var cache: ModelCacheSettings
    /// Over all its deployments.
    public var limits: QuotaLimits
    /// Nil where nobody said: its answers are unpriced, not free.
    public var price: ModelPrice?

    /// What a model can do.
    public enum Capability: String, Sendable, CaseIterable {
        case chat, completion, embedding, vision, tools, json, reasoning, code
    }

    public init(
        name: String, deployments: [DeploymentSettings], strategy: BalancingStrategy = .leastLatency,
        fallbacks: FallbackSettings = FallbackSettings(), hedgeAfter: Duration? = nil, aliases: [String] = [],
        contextLength: UInt32? = nil,
        capabilities: Set<Capability>? = nil, defaultParameters: Sampling = Sampling(),
        cache: ModelCacheSettings = ModelCacheSettings(), limits: QuotaLimits = QuotaLimits(),
        price: ModelPrice? = nil
    ) {
        precondition(!deployments.isEmpty, "a model has a deployment")
        self.name = name
        self.deployments = deployments
        self.strategy = strategy
        self.fallbacks = fallbacks
        self.hedgeAfter = hedgeAfter
        self.aliases = aliases
        self.contextLength = contextLength
        self.capabilities = capabilities
        self.defaultParameters = defaultParameters
        self.cache = cache
        self.limits = limits
        self.price = price
    }

    /// A model with one deployment.
    public init(
        name: String, provider: String, upstreamModel: String, aliases: [String] = [], contextLength: UInt32? = nil,
        capabilities: Set<Capability>? = nil, defaultParameters: Sampling = Sampling()
    ) {
        self.init(
            name: name, deployments: [DeploymentSettings(provider: provider, upstreamModel: upstreamModel)],
            aliases: aliases, contextLength: contextLength, capabilities: capabilities,
            defaultParameters: defaultParameters)
    }

    /// Of its first deployment, for people.
    public var provider: String { deployments[0].provider }
    public var upstreamModel: String { deployments[0].upstreamModel }
}

/// `[defaults]`: the models for requests that name none.
public struct DefaultSettings: Sendable, Hashable {
    /// For Chat and Complete.
    public var model: String?
    /// For Embed.
    public var embeddingModel: String?

    public init(model: String? = nil, embeddingModel: String? = nil) {
        self.model = model
        self.embeddingModel = embeddingModel
    }
}
