import LLMGWJSON

/// The documents of Anthropic's Messages API that the simulation sends.
struct MessageJSON: AnswerFormat {
    let request: CompletionRequest
    let id: String

    let leadingEvents = 1
    let ping = ServerSentEvent.data(Array(#"{"type":"ping"}"#.utf8), name: "ping")
    let end = ServerSentEvent.data(Array(#"{"type":"message_stop"}"#.utf8), name: "message_stop")

    // MARK: Whole

    func whole(pieces: [String], finish: Finish, withUsage: Bool) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        message(finish: finish, usage: withUsage ? pieces.count : nil, &json) { json in
            if !pieces.isEmpty {
                json.object { json in
                    json.member("type", "text")
                    json.member("text", pieces.joined())
                }
            }
            for call in request.toolCalls { toolUse(call, input: call.arguments, &json) }
        }
        return json.bytes
    }

    private func message(
        finish: Finish?, usage outputTokens: Int?, _ json: inout JSONWriter, content: (inout JSONWriter) -> Void
    ) {
        json.object { json in
            json.member("id", id)
            json.member("type", "message")
            json.member("role", "assistant")
            json.member("model", request.model)
            json.array("content", 0..<1) { json, _ in content(&json) }
            stop(finish, &json)
            if let outputTokens {
                json.key("usage")
                usage(outputTokens, withInput: true, &json)
            }
        }
    }

    private func stop(_ finish: Finish?, _ json: inout JSONWriter) {
        json.key("stop_reason")
        var sequence: String?
        switch finish {
        case nil: json.null()
        case .stop?: json.string("end_turn")
        case .length?: json.string("max_tokens")
        case .toolCalls?: json.string("tool_use")
        case .filtered?: json.string("refusal")
        case .stopSequence(let text)?:
            json.string("stop_sequence")
            sequence = text
        }
        json.key("stop_sequence")
        if let sequence { json.string(sequence) } else { json.null() }
    }

    private func toolUse(_ call: CompletionRequest.ToolCall, input: String, _ json: inout JSONWriter) {
        json.object { json in
            json.member("type", "tool_use")
            json.member("id", call.id)
            json.member("name", call.name)
            json.raw("input", input)
        }
    }

    private func usage(_ outputTokens: Int, withInput: Bool, _ json: inout JSONWriter) {
        json.object { json in
            if withInput {
                json.member("input_tokens", request.inputTokens)
                json.member("cache_creation_input_tokens", 0)
                json.member("cache_read_input_tokens", 0)
            }
            json.member("output_tokens", max(outputTokens, request.toolCalls.isEmpty ? 0 : 8))
        }
    }

    // MARK: Streams

    func events(pieces: [String], finish: Finish, withUsage: Bool) -> [() -> ServerSentEvent] {
        var events: [() -> ServerSentEvent] = []
        events.append {
            event("message_start") { json in
                json.key("message")
                message(finish: nil, usage: withUsage ? 1 : nil, &json) { _ in }
            }
        }
        if !pieces.isEmpty { events += textBlock(pieces) }
        for (offset, call) in request.toolCalls.enumerated() {
            events += toolBlock(call, index: offset + (pieces.isEmpty ? 0 : 1))
        }
        events.append {
            event("message_delta") { json in
                json.object("delta") { json in stop(finish, &json) }
                if withUsage {
                    json.key("usage")
                    usage(pieces.count, withInput: false, &json)
                }
            }
        }
        return events
    }

    private func textBlock(_ pieces: [String]) -> [() -> ServerSentEvent] {
        var events = [blockStart(0) { json in json.raw(#"{"type":"text","text":""}"#) }]
        for piece in pieces { events.append(blockDelta(0, type: "text_delta", key: "text", piece)) }
        events.append(blockStop(0))
        return events
    }

    private func toolBlock(_ call: CompletionRequest.ToolCall, index: Int) -> [() -> ServerSentEvent] {
        var events = [blockStart(index) { json in toolUse(call, input: "{}", &json) }]
        for piece in call.pieces {
            events.append(blockDelta(index, type: "input_json_delta", key: "partial_json", piece))
        }
        events.append(blockStop(index))
        return events
    }

    private func blockStart(_ index: Int, _ block: @escaping (inout JSONWriter) -> Void) -> () -> ServerSentEvent {
        {
            event("content_block_start") { json in
                json.member("index", index)
                json.key("content_block")
                block(&json)
            }
        }
    }

    private func blockDelta(_ index: Int, type: String, key: StaticString, _ piece: String) -> () -> ServerSentEvent {
        {
            event("content_block_delta") { json in
                json.member("index", index)
                json.object("delta") { json in
                    json.member("type", type)
                    json.key(key)
                    json.string(piece)
                }
            }
        }
    }

    private func blockStop(_ index: Int) -> () -> ServerSentEvent {
        {
            event("content_block_stop") { json in
                json.member("index", index)
            }
        }
    }

    private func event(_ type: String, _ body: (inout JSONWriter) -> Void) -> ServerSentEvent {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.member("type", type)
            body(&json)
        }
        return .data(json.bytes, name: type)
    }

    // MARK: Errors

    static func error(_ message: String, type: String, code: String?) -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.member("type", "error")
            json.object("error") { json in
                json.key("details")
                if let code {
                    json.object { json in
                        json.member("error_code", code)
                    }
                } else {
                    json.null()
                }
                json.member("type", type)
                json.member("message", message)
            }
            json.member("request_id", "req_simulated")
        }
        return json.bytes
    }
}
