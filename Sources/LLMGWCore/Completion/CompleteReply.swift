/// A whole continuation. After a stream, the choices carry only how they ended.
public struct CompleteReply: Sendable, Hashable {
    public var choices: [Choice]
    public var usage: Usage?
    public var info: ReplyInfo

    public struct Choice: Sendable, Hashable {
        public var index: UInt32
        public var text: String?
        public var finishReason: FinishReason?

        public init(index: UInt32, text: String? = nil, finishReason: FinishReason? = nil) {
            self.index = index
            self.text = text
            self.finishReason = finishReason
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

/// A piece of one choice of a streamed continuation.
public struct CompleteChunk: Sendable, Hashable {
    public var index: UInt32
    public var text: String?
    public var finishReason: FinishReason?

    public init(index: UInt32 = 0, text: String? = nil, finishReason: FinishReason? = nil) {
        self.index = index
        self.text = text
        self.finishReason = finishReason
    }
}
