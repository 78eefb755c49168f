import LLMGWCore

extension ChatMessage {
    /// Checks what holds in every dialect. `path` names the message in the error.
    func requireForm(_ path: String) throws(GatewayError) {
        if role == .tool, toolCallID == nil {
            throw .invalid(path + ".tool_call_id", "is missing: a tool message names the call that it answers")
        }
        if role != .assistant, !toolCalls.isEmpty {
            throw .invalid(path + ".tool_calls", "belongs to an assistant message")
        }
        if content == nil, role != .assistant || (toolCalls.isEmpty && extra == nil) {
            throw .invalid(path, "has neither text nor parts")
        }
    }
}

extension ContentPart {
    /// Checks an image's address. `path` names the part in the error.
    static func requireImageURL(_ url: String, _ path: String) throws(GatewayError) {
        let schemes = ["https://", "http://", "data:"]
        let start = url.prefix(8).lowercased()
        guard schemes.contains(where: { start.hasPrefix($0) }) else {
            throw .invalid(path + ".image.url", "is not an http, https or data URL")
        }
    }
}
