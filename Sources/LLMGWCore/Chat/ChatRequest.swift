/// A conversation whose next message a model is to write.
public struct ChatRequest: Sendable, Hashable {
    /// A model's name or alias; nil means the configured default.
    public var model: String?
    public var messages: [ChatMessage]
    public var sampling: Sampling
    public var tools: [Tool]
    public var toolChoice: ToolChoice?
    public var parallelToolCalls: Bool?
    public var responseFormat: ResponseFormat?
    /// A JSON object whose members reach the upstream untouched.
    public var extra: RawJSON?
    public var stream: Bool

    public init(
        model: String? = nil, messages: [ChatMessage], sampling: Sampling = Sampling(), tools: [Tool] = [],
        toolChoice: ToolChoice? = nil, parallelToolCalls: Bool? = nil, responseFormat: ResponseFormat? = nil,
        extra: RawJSON? = nil, stream: Bool = false
    ) {
        self.model = model
        self.messages = messages
        self.sampling = sampling
        self.tools = tools
        self.toolChoice = toolChoice
        self.parallelToolCalls = parallelToolCalls
        self.responseFormat = responseFormat
        self.extra = extra
        self.stream = stream
    }
}
