/// `[models.NAME]`: a name that callers use, and what stands behind it.
public struct ModelSettings: Sendable, Hashable {
    public var name: String
    public var provider: String
    /// What the provider calls it.
    public var upstreamModel: String
    public var aliases: [String]
    /// Tokens; nil where nobody said.
    public var contextLength: UInt32?
    /// Nil where nobody said; then nothing is refused for lack of one.
    public var capabilities: Set<Capability>?
    /// Parameters for requests that do not set them.
    public var defaultParameters: Sampling

    /// What a model can do.
    public enum Capability: String, Sendable, CaseIterable {
        case chat, completion, embedding, vision, tools, json, reasoning, code
    }

    public init(
        name: String, provider: String, upstreamModel: String, aliases: [String] = [], contextLength: UInt32? = nil,
        capabilities: Set<Capability>? = nil, defaultParameters: Sampling = Sampling()
    ) {
        self.name = name
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.aliases = aliases
        self.contextLength = contextLength
        self.capabilities = capabilities
        self.defaultParameters = defaultParameters
    }
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
