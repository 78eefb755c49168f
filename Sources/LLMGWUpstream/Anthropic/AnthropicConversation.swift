import LLMGWCore
import LLMGWJSON

/// Writes the messages of a request: the leading ones of the system as `system`, the others as turns of user and assistant.
///
/// Consecutive messages of one side become one turn, because the results of all tool calls have to be in the turn after the calls. The API
/// itself reads consecutive turns of one side as one, so nothing is lost.
struct AnthropicConversation {
    let messages: [ChatMessage]

    func write(_ json: inout JSONWriter) throws(GatewayError) {
        let systemCount = messages.prefix { $0.role == .system }.count
        guard systemCount < messages.count else {
            throw .invalid("messages", messages.isEmpty ? "has no message" : "has none but system messages")
        }
        for index in messages.indices { try check(index, isLeading: index < systemCount) }
        if systemCount > 0 {
            json.key("system")
            try system(messages[..<systemCount], &json)
        }
        try json.array("messages", turns(from: systemCount)) { json, turn throws(GatewayError) in try write(turn, &json)
        }
    }

    private func check(_ index: Int, isLeading: Bool) throws(GatewayError) {
        let message = messages[index]
        let path = "messages[\(index)]"
        try message.requireForm(path)
        if message.role == .function {
            throw .invalid(path + ".role", "is function, which Anthropic's API does not have; tool is its successor")
        }
        if message.role == .system, !isLeading {
            throw .invalid(path + ".role", "is system, which Anthropic's API has only before all other messages")
        }
        if message.name != nil { throw .invalid(path + ".name", "has no counterpart in Anthropic's API") }
        if message.role != .tool, message.toolCallID != nil {
            throw .invalid(path + ".tool_call_id", "belongs to a tool message")
        }
        if message.role == .system, message.extra != nil {
            throw .invalid(path + ".extra", "has no place: Anthropic's API has no system message that it could join")
        }
    }

    // MARK: System

    private func system(_ messages: ArraySlice<ChatMessage>, _ json: inout JSONWriter) throws(GatewayError) {
        if messages.count == 1, case .text(let text)? = messages.first?.content { return json.string(text) }
        try json.array(messages.indices) { json, index throws(GatewayError) in
            if case .parts(let parts)? = messages[index].content {
                for case (let offset, .image) in parts.enumerated() {
                    throw .invalid(
                        "messages[\(index)].parts[\(offset)].image",
                        "has no place in a system message of Anthropic's API")
                }
            }
            try content(messages[index].content, "messages[\(index)]", &json)
        }
    }

    // MARK: Turns

    private func turns(from start: Int) -> [Range<Int>] {
        var turns: [Range<Int>] = []
        for index in start..<messages.count {
            if let last = turns.last, isAssistant(last.lowerBound) == isAssistant(index), !standsAlone(index - 1),
                !standsAlone(index)
            {
                turns[turns.count - 1] = last.lowerBound..<(index + 1)
            } else {
                turns.append(index..<(index + 1))
            }
        }
        return turns
    }

    private func isAssistant(_ index: Int) -> Bool { messages[index].role == .assistant }

    /// Members for the turn itself must not reach its neighbours. Those of a tool message go into its block.
    private func standsAlone(_ index: Int) -> Bool { messages[index].extra != nil && messages[index].role != .tool }

    private func write(_ turn: Range<Int>, _ json: inout JSONWriter) throws(GatewayError) {
        let first = messages[turn.lowerBound]
        try json.object { json throws(GatewayError) in
            json.member("role", isAssistant(turn.lowerBound) ? "assistant" : "user")
            json.key("content")
            if turn.count == 1, first.role != .tool, first.toolCalls.isEmpty, case .text(let text)? = first.content {
                json.string(text)
            } else {
                try json.array(turn) { json, index throws(GatewayError) in
                    try blocks(messages[index], "messages[\(index)]", &json)
                }
            }
            if standsAlone(turn.lowerBound), let extra = first.extra {
                let path = "messages[\(turn.lowerBound)].extra"
                try extra.requireMembers(beside: AnthropicFields.message, path)
                json.members(ofObject: extra.text)
            }
        }
    }

    // MARK: Blocks

    private func blocks(_ message: ChatMessage, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        if message.role == .tool { return try toolResult(message, path, &json) }
        try content(message.content, path, &json)
        for (index, call) in message.toolCalls.enumerated() {
            try toolUse(call, "\(path).tool_calls[\(index)]", &json)
        }
    }

    /// The API refuses blocks without text. Beside other blocks they say nothing.
    private func content(
        _ content: ChatMessage.Content?, _ path: String, _ json: inout JSONWriter
    ) throws(GatewayError) {
        switch content {
        case .text(let text)?: if !text.isEmpty { block(text, &json) }
        case .parts(let parts)?:
            for (index, part) in parts.enumerated() { try self.part(part, "\(path).parts[\(index)]", &json) }
        case nil: break
        }
    }

    private func block(_ text: String, _ json: inout JSONWriter) {
        json.object { json in
            json.member("type", "text")
            json.member("text", text)
        }
    }

    private func part(_ part: ContentPart, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        switch part {
        case .text(let text): if !text.isEmpty { block(text, &json) }
        case .image(let url, let detail):
            // "auto" says as much as nothing.
            guard detail ?? "auto" == "auto" else {
                throw .invalid(path + ".image.detail", "has no counterpart in Anthropic's API")
            }
            let source = try AnthropicImageSource(url, path)
            json.object { json in
                json.member("type", "image")
                json.key("source")
                source.write(&json)
            }
        case .json(let raw):
            try raw.requireObject(path + ".json")
            json.raw(raw.text)
        }
    }

    private func toolUse(_ call: ToolCall, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        // Here the arguments are JSON, not a text that may be.
        let input = RawJSON(call.arguments.isEmpty ? "{}" : call.arguments)
        try input.requireObject(path + ".arguments")
        json.object { json in
            json.member("type", "tool_use")
            json.member("id", call.id)
            json.member("name", call.name)
            json.raw("input", input.text)
        }
    }

    private func toolResult(_ message: ChatMessage, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        try json.object { json throws(GatewayError) in
            json.member("type", "tool_result")
            json.member("tool_use_id", message.toolCallID ?? "")
            json.key("content")
            if case .text(let text)? = message.content {
                json.string(text)
            } else {
                try json.array(CollectionOfOne(message)) { json, message throws(GatewayError) in
                    try content(message.content, path, &json)
                }
            }
            if let extra = message.extra {
                try extra.requireMembers(beside: AnthropicFields.toolResult, path + ".extra")
                json.members(ofObject: extra.text)
            }
        }
    }
}
