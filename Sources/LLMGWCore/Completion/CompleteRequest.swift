/// A plain prompt that a model is to continue.
public struct CompleteRequest: Sendable, Hashable {
    /// A model's name or alias; nil means the configured default.
    public var model: String?
    public var prompt: String
    public var sampling: Sampling
    /// Text after the gap that the model is to fill.
    public var suffix: String?
    public var echo: Bool?
    /// A JSON object whose members reach the upstream untouched.
    public var extra: RawJSON?
    public var stream: Bool

    public init(
        model: String? = nil, prompt: String, sampling: Sampling = Sampling(), suffix: String? = nil, echo: Bool? = nil,
        extra: RawJSON? = nil, stream: Bool = false
    ) {
        self.model = model
        self.prompt = prompt
        self.sampling = sampling
        self.suffix = suffix
        self.echo = echo
        self.extra = extra
        self.stream = stream
    }
}
