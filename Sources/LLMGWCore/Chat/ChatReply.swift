/// A whole answer. After a stream, the choices carry only how they ended.
public struct ChatReply: Sendable, Hashable {
    public var choices: [Choice]
    public var usage: Usage?
    public var info: ReplyInfo

    /// One alternative answer.
    public struct Choice: Sendable, Hashable {
        public var index: UInt32
        /// Nil where the model answered with tool calls alone.
        public var text: String?
        public var toolCalls: [ToolCall]
        public var finishReason: FinishReason?
        /// What the model said instead of an answer, where the upstream tells it apart.
        public var refusal: String?
        /// Reasoning text, where the upstream shows it.
        public var reasoning: String?

        public init(
            index: UInt32, text: String? = nil, toolCalls: [ToolCall] = [], finishReason: FinishReason? = nil,
            refusal: String? = nil, reasoning: String? = nil
        ) {
            self.index = index
            self.text = text
            self.toolCalls = toolCalls
            self.finishReason = finishReason
            self.refusal = refusal
            self.reasoning = reasoning
        }
    }

    public init(choices: [Choice], usage: Usage? = nil, info: ReplyInfo = ReplyInfo()) {
        self.choices = choices
        self.usage = usage
        self.info = info
    }

    /// The first choice's text, or nothing.
    public var text: String { choices.first?.text ?? "" }
}

/// A piece of one choice of a streamed answer.
public struct ChatChunk: Sendable, Hashable {
    public var index: UInt32
    /// Never splits a character's UTF-8.
    public var text: String?
    public var toolCalls: [ToolCallDelta]
    public var finishReason: FinishReason?
    public var refusal: String?
    public var reasoning: String?

    public init(
        index: UInt32 = 0, text: String? = nil, toolCalls: [ToolCallDelta] = [], finishReason: FinishReason? = nil,
        refusal: String? = nil, reasoning: String? = nil
    ) {
        self.index = index
        self.text = text
        self.toolCalls = toolCalls
        self.finishReason = finishReason
        self.refusal = refusal
        self.reasoning = reasoning
    }
}
