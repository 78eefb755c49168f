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
            json.key("model")
            json.string(upstreamModel)
            json.key("messages")
            try json.array(request.messages.enumerated()) { json, item throws(GatewayError) in
                try message(item.element, "messages[\(item.offset)]", &json)
            }
            try sampling(request.sampling, &json)
            if !request.tools.isEmpty {
                json.key("tools")
                try json.array(request.tools.enumerated()) { json, item throws(GatewayError) in
                    try tool(item.element, "tools[\(item.offset)]", &json)
                }
            }
            if let choice = request.toolChoice { try toolChoice(choice, request.tools, &json) }
            if let parallel = request.parallelToolCalls {
                json.key("parallel_tool_calls")
                json.bool(parallel)
            }
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
            json.key("role")
            json.string(message.role.rawValue)
            switch message.content {
            case .text(let text):
                json.key("content")
                json.string(text)
            case .parts(let parts):
                json.key("content")
                try json.array(parts.enumerated()) { json, item throws(GatewayError) in
                    try part(item.element, "\(path).parts[\(item.offset)]", &json)
                }
            case nil:
                json.key("content")
                json.null()
            }
            if let name = message.name {
                json.key("name")
                json.string(name)
            }
            if let id = message.toolCallID {
                json.key("tool_call_id")
                json.string(id)
            }
            if !message.toolCalls.isEmpty {
                json.key("tool_calls")
                try json.array(message.toolCalls) { json, call throws(GatewayError) in try toolCall(call, &json) }
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
                json.key("type")
                json.string("text")
                json.key("text")
                json.string(text)
            }
        case .image(let url, let detail):
            try ContentPart.requireImageURL(url, path)
            try json.object { json throws(GatewayError) in
                json.key("type")
                json.string("image_url")
                json.key("image_url")
                json.object { json in
                    json.key("url")
                    json.string(url)
                    if let detail {
                        json.key("detail")
                        json.string(detail)
                    }
                }
            }
        case .json(let raw):
            try raw.requireObject(path + ".json")
            json.raw(raw.text)
        }
    }

    private func toolCall(_ call: ToolCall, _ json: inout JSONWriter) throws(GatewayError) {
        try json.object { json throws(GatewayError) in
            json.key("id")
            json.string(call.id)
            json.key("type")
            json.string("function")
            json.key("function")
            json.object { json in
                json.key("name")
                json.string(call.name)
                json.key("arguments")
                json.string(call.arguments)
            }
        }
    }

    private func tool(_ tool: Tool, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        guard !tool.name.isEmpty else { throw .invalid(path + ".name", "is empty") }
        try tool.parameters?.requireObject(path + ".parameters")
        try json.object { json throws(GatewayError) in
            json.key("type")
            json.string("function")
            json.key("function")
            json.object { json in
                json.key("name")
                json.string(tool.name)
                if let description = tool.description {
                    json.key("description")
                    json.string(description)
                }
                if let parameters = tool.parameters {
                    json.key("parameters")
                    json.raw(parameters.text)
                }
                if let strict = tool.strict {
                    json.key("strict")
                    json.bool(strict)
                }
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
                json.key("type")
                json.string("function")
                json.key("function")
                json.object { json in
                    json.key("name")
                    json.string(name)
                }
            }
        }
    }

    private func responseFormat(_ format: ResponseFormat, _ json: inout JSONWriter) throws(GatewayError) {
        if case .jsonSchema(_, let schema, _, _) = format { try schema.requireObject("response_format.schema") }
        json.key("response_format")
        try json.object { json throws(GatewayError) in
            json.key("type")
            switch format {
            case .text: json.string("text")
            case .jsonObject: json.string("json_object")
            case .jsonSchema(let name, let schema, let description, let strict):
                json.string("json_schema")
                json.key("json_schema")
                json.object { json in
                    json.key("name")
                    json.string(name)
                    if let description {
                        json.key("description")
                        json.string(description)
                    }
                    json.key("schema")
                    json.raw(schema.text)
                    if let strict {
                        json.key("strict")
                        json.bool(strict)
                    }
                }
            }
        }
    }

    // MARK: Completion and embeddings

    private func complete(_ request: CompleteRequest) throws(GatewayError) -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        try json.object { json throws(GatewayError) in
            json.key("model")
            json.string(upstreamModel)
            json.key("prompt")
            json.string(request.prompt)
            if let suffix = request.suffix {
                json.key("suffix")
                json.string(suffix)
            }
            if let echo = request.echo {
                json.key("echo")
                json.bool(echo)
            }
            try sampling(request.sampling, &json)
            try streamAndExtra(request.stream, request.extra, OpenAIFields.completion, &json)
        }
        return json.bytes
    }

    private func embed(_ request: EmbedRequest) throws(GatewayError) -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        try json.object { json throws(GatewayError) in
            json.key("model")
            json.string(upstreamModel)
            json.key("input")
            json.array(request.inputs) { json, input in json.string(input) }
            if let dimensions = request.dimensions {
                json.key("dimensions")
                json.integer(dimensions)
            }
            if let user = request.user {
                json.key("user")
                json.string(user)
            }
            json.key("encoding_format")
            json.string("float")
            try streamAndExtra(false, request.extra, OpenAIFields.embedding, &json)
        }
        return json.bytes
    }

    // MARK: Shared

    private func sampling(_ sampling: Sampling, _ json: inout JSONWriter) throws(GatewayError) {
        try json.number("temperature", sampling.temperature, "sampling.temperature")
        try json.number("top_p", sampling.topP, "sampling.top_p")
        if let maxTokens = sampling.maxTokens {
            json.key("max_tokens")
            json.integer(maxTokens)
        }
        if !sampling.stop.isEmpty {
            json.key("stop")
            json.array(sampling.stop) { json, text in json.string(text) }
        }
        if let seed = sampling.seed {
            json.key("seed")
            json.integer(seed)
        }
        try json.number("presence_penalty", sampling.presencePenalty, "sampling.presence_penalty")
        try json.number("frequency_penalty", sampling.frequencyPenalty, "sampling.frequency_penalty")
        if let n = sampling.n {
            guard n > 0 else { throw .invalid("sampling.n", "is 0; at least one answer is generated") }
            json.key("n")
            json.integer(n)
        }
        if !sampling.logitBias.isEmpty {
            json.key("logit_bias")
            try json.object { json throws(GatewayError) in
                for (index, entry) in sampling.logitBias.enumerated() {
                    guard entry.bias.isFinite else {
                        throw .invalid("sampling.logit_bias[\(index)].bias", "is not a finite number")
                    }
                    json.key(text: entry.token)
                    json.double(entry.bias)
                }
            }
        }
        if let user = sampling.user {
            json.key("user")
            json.string(user)
        }
    }

    private func streamAndExtra(
        _ stream: Bool, _ extra: RawJSON?, _ reserved: [String: String], _ json: inout JSONWriter
    ) throws(GatewayError) {
        if stream {
            json.key("stream")
            json.bool(true)
            // Without this an upstream streams the text and keeps the token counts to itself.
            json.key("stream_options")
            json.object { json in
                json.key("include_usage")
                json.bool(true)
            }
        }
        if let extra {
            try extra.requireMembers(beside: reserved, "extra")
            json.members(ofObject: extra.text)
        }
    }
}
