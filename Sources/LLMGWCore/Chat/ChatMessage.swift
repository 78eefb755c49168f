/// Who wrote a message.
public enum Role: String, Sendable, Hashable, CaseIterable {
    case system, user, assistant, tool, function
}

/// One turn of a conversation.
public struct ChatMessage: Sendable, Hashable {
    public var role: Role
    /// Nil is null content, as in an assistant's message that consists of tool calls.
    public var content: Content?
    /// Who speaks, where several speakers share a role; the function's name for `.function`.
    public var name: String?
    /// For `.tool`: the call that this message answers.
    public var toolCallID: String?
    /// For `.assistant`: the calls the model asked for.
    public var toolCalls: [ToolCall]
    /// A JSON object whose members join the message on its way upstream.
    public var extra: RawJSON?

    /// What a message says: plain text, or pieces of several kinds.
    public enum Content: Sendable, Hashable {
        case text(String)
        case parts([ContentPart])
    }

    public init(
        role: Role, content: Content?, name: String? = nil, toolCallID: String? = nil, toolCalls: [ToolCall] = [],
        extra: RawJSON? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCallID = toolCallID
        self.toolCalls = toolCalls
        self.extra = extra
    }

    public static func system(_ text: String) -> ChatMessage { .init(role: .system, content: .text(text)) }
    public static func user(_ text: String) -> ChatMessage { .init(role: .user, content: .text(text)) }
    public static func assistant(_ text: String) -> ChatMessage { .init(role: .assistant, content: .text(text)) }
    public static func tool(_ text: String, answering id: String) -> ChatMessage {
        .init(role: .tool, content: .text(text), toolCallID: id)
    }
}

/// One piece of a message's content.
public enum ContentPart: Sendable, Hashable {
    case text(String)
    /// An http(s) or `data:` URL. `detail` is "auto", "low" or "high"; nil leaves it to the upstream.
    case image(url: String, detail: String?)
    /// A content part in the upstream's own form (audio, file, …), passed on unchanged.
    case json(RawJSON)
}

/// A function call that a model asks for.
public struct ToolCall: Sendable, Hashable {
    public var id: String
    public var name: String
    /// JSON as the model wrote it; a model may write invalid JSON.
    public var arguments: String

    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

/// A piece of a streamed tool call. Pieces with the same index belong together; `id` and `name` come with the first one.
public struct ToolCallDelta: Sendable, Hashable {
    public var index: UInt32
    public var id: String?
    public var name: String?
    public var arguments: String

    public init(index: UInt32, id: String? = nil, name: String? = nil, arguments: String = "") {
        self.index = index
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
