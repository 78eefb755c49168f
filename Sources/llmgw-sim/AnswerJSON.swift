import LLMGWJSON

/// The documents of the OpenAI API that the simulation sends.
struct AnswerJSON: AnswerFormat {
    private typealias Event = () -> ServerSentEvent

    static let created = 1_700_000_000
    static let fingerprint = "llmgw-sim (simulated)"

    let request: CompletionRequest
    let id: String

    let leadingEvents = 0
    let ping = ServerSentEvent.comment("ping")
    let end = ServerSentEvent.data(Array("[DONE]".utf8))

    private func envelope(_ object: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.member("id", id)
            json.member("object", object)
            json.member("created", Self.created)
            json.member("model", request.model)
            json.member("system_fingerprint", Self.fingerprint)
            body(&json)
        }
        return json.bytes
    }

    func whole(pieces: [String], finish: Finish, withUsage: Bool) -> [UInt8] {
        envelope(request.isChat ? "chat.completion" : "text_completion") { json in
            json.array("choices", 0..<request.choices) { json, index in
                json.object { json in
                    json.member("index", index)
                    if request.isChat {
                        json.key("message")
                        message(pieces, &json)
                    } else {
                        json.member("text", pieces.joined())
                    }
                    json.member("finish_reason", Self.word(finish))
                }
            }
            if withUsage { usage(pieces.count, &json) }
        }
    }

    private static func word(_ finish: Finish) -> String {
        switch finish {
        case .stop, .stopSequence: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .filtered: "content_filter"
        }
    }

    private func message(_ pieces: [String], _ json: inout JSONWriter) {
        json.object { json in
            json.member("role", "assistant")
            json.key("content")
            if request.toolCalls.isEmpty { json.string(pieces.joined()) } else { json.null() }
            if !request.toolCalls.isEmpty {
                json.array("tool_calls", request.toolCalls) { json, call in
                    toolCall(index: nil, id: call.id, name: call.name, arguments: call.arguments, &json)
                }
            }
        }
    }

    private func toolCall(index: Int?, id: String?, name: String?, arguments: String, _ json: inout JSONWriter) {
        json.object { json in
            json.member("index", index)
            if let id {
                json.member("id", id)
                json.member("type", "function")
            }
            json.object("function") { json in
                json.member("name", name)
                json.member("arguments", arguments)
            }
        }
    }

    private func chunk(_ choice: Int, finish: Finish?, _ delta: (inout JSONWriter) -> Void) -> ServerSentEvent {
        let data = envelope(request.isChat ? "chat.completion.chunk" : "text_completion") { json in
            json.array("choices", [choice]) { json, index in
                json.object { json in
                    json.member("index", index)
                    if request.isChat {
                        json.object("delta") { json in delta(&json) }
                    } else {
                        delta(&json)
                    }
                    json.key("finish_reason")
                    if let finish { json.string(Self.word(finish)) } else { json.null() }
                }
            }
        }
        return .data(data)
    }

    func events(pieces: [String], finish: Finish, withUsage: Bool) -> [() -> ServerSentEvent] {
        var chunks: [Event] = []
        for choice in 0..<request.choices {
            if request.isChat {
                chunks.append {
                    chunk(choice, finish: nil) { json in
                        json.member("role", "assistant")
                        json.member("content", "")
                    }
                }
            }
            for piece in pieces {
                chunks.append {
                    chunk(choice, finish: nil) { json in
                        if request.isChat { json.key("content") } else { json.key("text") }
                        json.string(piece)
                    }
                }
            }
            for (index, call) in request.toolCalls.enumerated() { chunks += toolChunks(choice, index, call) }
            chunks.append {
                chunk(choice, finish: finish) { json in
                    if !request.isChat {
                        json.member("text", "")
                    }
                }
            }
        }
        if withUsage, request.includesUsage { chunks.append { usageChunk(outputTokens: pieces.count) } }
        return chunks
    }

    private func toolChunks(_ choice: Int, _ index: Int, _ call: CompletionRequest.ToolCall) -> [Event] {
        let start: Event = { toolChunk(choice, index, id: call.id, name: call.name, arguments: "") }
        return [start]
            + call.pieces.map { piece in { toolChunk(choice, index, id: nil, name: nil, arguments: piece) } }
    }

    private func toolChunk(_ choice: Int, _ index: Int, id: String?, name: String?, arguments: String)
        -> ServerSentEvent
    {
        chunk(choice, finish: nil) { json in
            json.array("tool_calls", 0..<1) { json, _ in
                toolCall(index: index, id: id, name: name, arguments: arguments, &json)
            }
        }
    }

    private func usageChunk(outputTokens: Int) -> ServerSentEvent {
        let data = envelope(request.isChat ? "chat.completion.chunk" : "text_completion") { json in
            json.array("choices", [Int]()) { json, index in json.integer(index) }
            usage(outputTokens, &json)
        }
        return .data(data)
    }

    private func usage(_ outputTokens: Int, _ json: inout JSONWriter) {
        let output = max(outputTokens, request.toolCalls.isEmpty ? 0 : 8) * request.choices
        json.object("usage") { json in
            json.member("prompt_tokens", request.inputTokens)
            json.member("completion_tokens", output)
            json.member("total_tokens", request.inputTokens + output)
            json.object("prompt_tokens_details") { json in
                json.member("cached_tokens", 0)
            }
        }
    }

    static func error(_ message: String, type: String, code: String?, parameter: String? = nil) -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.object("error") { json in
                json.member("message", message)
                json.member("type", type)
                json.key("param")
                if let parameter { json.string(parameter) } else { json.null() }
                json.key("code")
                if let code { json.string(code) } else { json.null() }
            }
        }
        return json.bytes
    }
}
