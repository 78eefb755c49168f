import LLMGWCore
import LLMGWJSON

/// Writes requests as the OpenAI API and its many relatives want them. What cannot be said is refused with the field's place.
struct OpenAIRequestEncoder {
    let provider: ProviderSettings
    let upstreamModel: String

    func encode(_ operation: UpstreamOperation) throws(GatewayError) -> HTTPRequest {
        switch operation {
        case .chat(let request): makeRequest("/chat/completions", try chat(request), stream: request.stream)
        case .complete(let request): makeRequest("/completions", try complete(request), stream: request.stream)
        case .embed(let request): makeRequest("/embeddings", try embed(request), stream: false)
        case .listModels: makeRequest("/models", nil, stream: false)
        }
    }

    private func makeRequest(_ path: String, _ body: [UInt8]?, stream: Bool) -> HTTPRequest {
        let authorization = provider.key.map { ["Authorization: Bearer \($0.reveal())"] } ?? []
        return HTTPRequest(to: provider, path: path, headers: authorization, body: body, isStream: stream)
    }

    // MARK: Chat

    private func chat(_ request: ChatRequest) throws(GatewayError) -> [UInt8] {
        guard !request.messages.isEmpty else { throw .invalid("messages", "has no message") }
        var json = JSONWriter(capacity: 1024)
        try json.object { json throws(GatewayError) in
            json.member("model", upstreamModel)
            try json.array("messages", request.messages.enumerated()) { json, item throws(GatewayError) in
                try message(item.element, "messages[\(item.offset)]", &json)
            }
            try sampling(request.sampling, &json)
            if !request.tools.isEmpty {
                try json.array("tools", request.tools.enumerated()) { json, item throws(GatewayError) in
                    try tool(item.element, "tools[\(item.offset)]", &json)
                }
            }
            if let choice = request.toolChoice { try toolChoice(choice, request.tools, &json) }
            json.member("parallel_tool_calls", request.parallelToolCalls)
            if let format = request.responseFormat { try responseFormat(format, &json) }
            try streamAndExtra(request.stream, request.extra, OpenAIFields.chat, &json)
        }
        return json.bytes
    }

    private func message(_ message: ChatMessage, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        try message.requireForm(path)
        if message.role == .function, message.name == nil {
            throw .invalid(path + ".name", "is missing: a function message names the function")
        }
        try json.object { json throws(GatewayError) in
            json.member("role", message.role.rawValue)
            switch message.content {
            case .text(let text):
                json.member("content", text)
            case .parts(let parts):
                try json.array("content", parts.enumerated()) { json, item throws(GatewayError) in
                    try part(item.element, "\(path).parts[\(item.offset)]", &json)
                }
            case nil:
                json.key("content")
                json.null()
            }
            json.member("name", message.name)
            json.member("tool_call_id", message.toolCallID)
            if !message.toolCalls.isEmpty {
                try json.array("tool_calls", message.toolCalls) { json, call throws(GatewayError) in
                    try toolCall(call, &json)
                }
            }
            if let extra = message.extra {
                try extra.requireMembers(beside: OpenAIFields.message, path + ".extra")
                json.members(ofObject: extra.text)
            }
        }
    }

    private func part(_ part: ContentPart, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        switch part {
        case .text(let text):
            json.object { json in
                json.member("type", "text")
                json.member("text", text)
            }
        case .image(let url, let detail):
            try ContentPart.requireImageURL(url, path)
            try json.object { json throws(GatewayError) in
                json.member("type", "image_url")
                json.object("image_url") { json in
                    json.member("url", url)
                    json.member("detail", detail)
                }
            }
        case .json(let raw):
            try raw.requireObject(path + ".json")
            json.raw(raw.text)
        }
    }

    private func toolCall(_ call: ToolCall, _ json: inout JSONWriter) throws(GatewayError) {
        try json.object { json throws(GatewayError) in
            json.member("id", call.id)
            json.member("type", "function")
            json.object("function") { json in
                json.member("name", call.name)
                json.member("arguments", call.arguments)
            }
        }
    }

    private func tool(_ tool: Tool, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        guard !tool.name.isEmpty else { throw .invalid(path + ".name", "is empty") }
        try tool.parameters?.requireObject(path + ".parameters")
        try json.object { json throws(GatewayError) in
            json.member("type", "function")
            json.object("function") { json in
                json.member("name", tool.name)
                json.member("description", tool.description)
                json.raw("parameters", tool.parameters?.text)
                json.member("strict", tool.strict)
            }
        }
    }

    private func toolChoice(_ choice: ToolChoice, _ tools: [Tool], _ json: inout JSONWriter) throws(GatewayError) {
        json.key("tool_choice")
        switch choice {
        case .auto: json.string("auto")
        case .none: json.string("none")
        case .required: json.string("required")
        case .named(let name):
            guard tools.contains(where: { $0.name == name }) else {
                throw .invalid("tool_choice.name", "names a tool that is not in tools")
            }
            try json.object { json throws(GatewayError) in
                json.member("type", "function")
                json.object("function") { json in
                    json.member("name", name)
                }
            }
        }
    }

    private func responseFormat(_ format: ResponseFormat, _ json: inout JSONWriter) throws(GatewayError) {
        if case .jsonSchema(_, let schema, _, _) = format { try schema.requireObject("response_format.schema") }
        try json.object("response_format") { json throws(GatewayError) in
            json.key("type")
            switch format {
            case .text: json.string("text")
            case .jsonObject: json.string("json_object")
            case .jsonSchema(let name, let schema, let description, let strict):
                json.string("json_schema")
                json.object("json_schema") { json in
                    json.member("name", name)
                    json.member("description", description)
                    json.raw("schema", schema.text)
                    json.member("strict", strict)
                }
            }
        }
    }

    // MARK: Completion and embeddings

    private func complete(_ request: CompleteRequest) throws(GatewayError) -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        try json.object { json throws(GatewayError) in
            json.member("model", upstreamModel)
            json.member("prompt", request.prompt)
            json.member("suffix", request.suffix)
            json.member("echo", request.echo)
            try sampling(request.sampling, &json)
            try streamAndExtra(request.stream, request.extra, OpenAIFields.completion, &json)
        }
        return json.bytes
    }

    private func embed(_ request: EmbedRequest) throws(GatewayError) -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        try json.object { json throws(GatewayError) in
            json.member("model", upstreamModel)
            json.array("input", request.inputs) { json, input in json.string(input) }
            json.member("dimensions", request.dimensions)
            json.member("user", request.user)
            json.member("encoding_format", "float")
            try streamAndExtra(false, request.extra, OpenAIFields.embedding, &json)
        }
        return json.bytes
    }

    // MARK: Shared

    private func sampling(_ sampling: Sampling, _ json: inout JSONWriter) throws(GatewayError) {
        try json.number("temperature", sampling.temperature, "sampling.temperature")
        try json.number("top_p", sampling.topP, "sampling.top_p")
        json.member("max_tokens", sampling.maxTokens)
        if !sampling.stop.isEmpty {
            json.array("stop", sampling.stop) { json, text in json.string(text) }
        }
        json.member("seed", sampling.seed)
        try json.number("presence_penalty", sampling.presencePenalty, "sampling.presence_penalty")
        try json.number("frequency_penalty", sampling.frequencyPenalty, "sampling.frequency_penalty")
        if let n = sampling.n {
            guard n > 0 else { throw .invalid("sampling.n", "is 0; at least one answer is generated") }
            json.member("n", n)
        }
        if !sampling.logitBias.isEmpty {
            try json.object("logit_bias") { json throws(GatewayError) in
                for (index, entry) in sampling.logitBias.enumerated() {
                    guard entry.bias.isFinite else {
                        throw .invalid("sampling.logit_bias[\(index)].bias", "is not a finite number")
                    }
                    json.key(text: entry.token)
                    json.double(entry.bias)
                }
            }
        }
        json.member("user", sampling.user)
    }

    private func streamAndExtra(
        _ stream: Bool, _ extra: RawJSON?, _ reserved: [String: String], _ json: inout JSONWriter
    ) throws(GatewayError) {
        if stream {
            json.member("stream", true)
            // Without this an upstream streams the text and keeps the token counts to itself.
            json.object("stream_options") { json in
                json.member("include_usage", true)
            }
        }
        if let extra {
            try extra.requireMembers(beside: reserved, "extra")
            json.members(ofObject: extra.text)
        }
    }
}
