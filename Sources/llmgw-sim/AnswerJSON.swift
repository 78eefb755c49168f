import LLMGWJSON

/// The documents of the OpenAI API that the simulation sends.
struct AnswerJSON {
    /// One event of a stream, written when its turn comes: a long answer to a slow reader must cost neither memory nor time in advance.
    typealias Event = () -> [UInt8]

    static let created = 1_700_000_000
    static let fingerprint = "llmgw-sim (simulated)"

    let request: CompletionRequest
    let id: String

    private func envelope(_ object: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.key("id")
            json.string(id)
            json.key("object")
            json.string(object)
            json.key("created")
            json.integer(Self.created)
            json.key("model")
            json.string(request.model)
            json.key("system_fingerprint")
            json.string(Self.fingerprint)
            body(&json)
        }
        return json.bytes
    }

    func whole(pieces: [String], finish: String, withUsage: Bool) -> [UInt8] {
        envelope(request.isChat ? "chat.completion" : "text_completion") { json in
            json.key("choices")
            json.array(0..<request.choices) { json, index in
                json.object { json in
                    json.key("index")
                    json.integer(index)
                    if request.isChat {
                        json.key("message")
                        message(pieces, &json)
                    } else {
                        json.key("text")
                        json.string(pieces.joined())
                    }
                    json.key("finish_reason")
                    json.string(finish)
                }
            }
            if withUsage { usage(pieces.count, &json) }
        }
    }

    private func message(_ pieces: [String], _ json: inout JSONWriter) {
        json.object { json in
            json.key("role")
            json.string("assistant")
            json.key("content")
            if request.toolCalls.isEmpty { json.string(pieces.joined()) } else { json.null() }
            if !request.toolCalls.isEmpty {
                json.key("tool_calls")
                json.array(request.toolCalls) { json, call in
                    toolCall(index: nil, id: call.id, name: call.name, arguments: call.arguments, &json)
                }
            }
        }
    }

    private func toolCall(index: Int?, id: String?, name: String?, arguments: String, _ json: inout JSONWriter) {
        json.object { json in
            if let index {
                json.key("index")
                json.integer(index)
            }
            if let id {
                json.key("id")
                json.string(id)
                json.key("type")
                json.string("function")
            }
            json.key("function")
            json.object { json in
                if let name {
                    json.key("name")
                    json.string(name)
                }
                json.key("arguments")
                json.string(arguments)
            }
        }
    }

    private func chunk(_ choice: Int, finish: String?, _ delta: (inout JSONWriter) -> Void) -> [UInt8] {
        envelope(request.isChat ? "chat.completion.chunk" : "text_completion") { json in
            json.key("choices")
            json.array([choice]) { json, index in
                json.object { json in
                    json.key("index")
                    json.integer(index)
                    if request.isChat {
                        json.key("delta")
                        json.object { json in delta(&json) }
                    } else {
                        delta(&json)
                    }
                    json.key("finish_reason")
                    if let finish { json.string(finish) } else { json.null() }
                }
            }
        }
    }

    /// The events of a stream, but for usage and end mark.
    func chunks(pieces: [String], finish: String) -> [Event] {
        var chunks: [Event] = []
        for choice in 0..<request.choices {
            if request.isChat {
                chunks.append {
                    chunk(choice, finish: nil) { json in
                        json.key("role")
                        json.string("assistant")
                        json.key("content")
                        json.string("")
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
                        json.key("text")
                        json.string("")
                    }
                }
            }
        }
        return chunks
    }

    /// A call's arguments come in three pieces, split between characters.
    private func toolChunks(_ choice: Int, _ index: Int, _ call: CompletionRequest.ToolCall) -> [Event] {
        let characters = Array(call.arguments)
        let third = max(1, (characters.count + 2) / 3)
        var chunks: [Event] = [{ toolChunk(choice, index, id: call.id, name: call.name, arguments: "") }]
        var start = 0
        while start < characters.count {
            let end = min(start + third, characters.count)
            let arguments = String(characters[start..<end])
            chunks.append { toolChunk(choice, index, id: nil, name: nil, arguments: arguments) }
            start = end
        }
        return chunks
    }

    private func toolChunk(_ choice: Int, _ index: Int, id: String?, name: String?, arguments: String) -> [UInt8] {
        chunk(choice, finish: nil) { json in
            json.key("tool_calls")
            json.array(0..<1) { json, _ in
                toolCall(index: index, id: id, name: name, arguments: arguments, &json)
            }
        }
    }

    func usageChunk(outputTokens: Int) -> [UInt8] {
        envelope(request.isChat ? "chat.completion.chunk" : "text_completion") { json in
            json.key("choices")
            json.array([Int]()) { json, index in json.integer(index) }
            usage(outputTokens, &json)
        }
    }

    private func usage(_ outputTokens: Int, _ json: inout JSONWriter) {
        let output = max(outputTokens, request.toolCalls.isEmpty ? 0 : 8) * request.choices
        json.key("usage")
        json.object { json in
            json.key("prompt_tokens")
            json.integer(request.inputTokens)
            json.key("completion_tokens")
            json.integer(output)
            json.key("total_tokens")
            json.integer(request.inputTokens + output)
            json.key("prompt_tokens_details")
            json.object { json in
                json.key("cached_tokens")
                json.integer(0)
            }
        }
    }

    static func error(_ message: String, type: String, code: String?, parameter: String? = nil) -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.key("error")
            json.object { json in
                json.key("message")
                json.string(message)
                json.key("type")
                json.string(type)
                json.key("param")
                if let parameter { json.string(parameter) } else { json.null() }
                json.key("code")
                if let code { json.string(code) } else { json.null() }
            }
        }
        return json.bytes
    }
}
