import LLMGWCore
import LLMGWJSON

/// Writes requests of the Messages API. What cannot be said in it is refused with the field's place.
struct AnthropicRequestEncoder {
    /// Of the API. Another one can be asked for with a header in the provider's settings.
    static let version = "2023-06-01"

    let provider: ProviderSettings
    let upstreamModel: String

    func encode(_ operation: UpstreamOperation) throws(GatewayError) -> HTTPRequest {
        switch operation {
        case .chat(let request): return makeRequest("/messages", try chat(request), stream: request.stream)
        case .listModels: return makeRequest("/models?limit=1000", nil, stream: false)
        case .complete: throw .notInAnthropic("Complete")
        case .embed: throw .notInAnthropic("Embed")
        }
    }

    private func makeRequest(_ path: String, _ body: [UInt8]?, stream: Bool) -> HTTPRequest {
        var headers = provider.key.map { ["x-api-key: \($0.reveal())"] } ?? []
        if !provider.headers.contains(where: { $0.name.lowercased() == "anthropic-version" }) {
            headers.append("anthropic-version: \(Self.version)")
        }
        return HTTPRequest(to: provider, path: path, headers: headers, body: body, isStream: stream)
    }

    private func chat(_ request: ChatRequest) throws(GatewayError) -> [UInt8] {
        try refuseWhatHasNoCounterpart(request)
        guard let maxTokens = request.sampling.maxTokens else {
            throw .invalid(
                "sampling.max_tokens",
                "is missing, which Anthropic's API requires; set it in the request, or for the model in [models.NAME.parameters]"
            )
        }
        var json = JSONWriter(capacity: 1024)
        try json.object { json throws(GatewayError) in
            json.member("model", upstreamModel)
            json.member("max_tokens", maxTokens)
            try AnthropicConversation(messages: request.messages).write(&json)
            try sampling(request.sampling, &json)
            if !request.tools.isEmpty {
                try json.array("tools", request.tools.enumerated()) { json, item throws(GatewayError) in
                    try tool(item.element, "tools[\(item.offset)]", &json)
                }
            }
            try toolChoice(request, &json)
            if request.stream {
                json.member("stream", true)
            }
            if let extra = request.extra {
                try extra.requireMembers(beside: AnthropicFields.chat, "extra")
                json.members(ofObject: extra.text)
            }
        }
        return json.bytes
    }

    /// A value that says no more than its absence is no obstacle: one answer, no penalty, text.
    private func refuseWhatHasNoCounterpart(_ request: ChatRequest) throws(GatewayError) {
        let sampling = request.sampling
        if sampling.n == 0 { throw .invalid("sampling.n", "is 0; at least one answer is generated") }
        let fields = [
            ("sampling.n", sampling.n ?? 1 > 1), ("sampling.seed", sampling.seed != nil),
            ("sampling.presence_penalty", sampling.presencePenalty ?? 0 != 0),
            ("sampling.frequency_penalty", sampling.frequencyPenalty ?? 0 != 0),
            ("sampling.logit_bias", !sampling.logitBias.isEmpty),
            ("response_format", request.responseFormat ?? .text != .text),
        ]
        for (path, isSaid) in fields where isSaid { throw .invalid(path, "has no counterpart in Anthropic's API") }
    }

    private func sampling(_ sampling: Sampling, _ json: inout JSONWriter) throws(GatewayError) {
        try json.number("temperature", sampling.temperature, "sampling.temperature")
        try json.number("top_p", sampling.topP, "sampling.top_p")
        if !sampling.stop.isEmpty {
            json.array("stop_sequences", sampling.stop) { json, text in json.string(text) }
        }
        if let user = sampling.user {
            json.object("metadata") { json in
                json.member("user_id", user)
            }
        }
    }

    private func tool(_ tool: Tool, _ path: String, _ json: inout JSONWriter) throws(GatewayError) {
        guard !tool.name.isEmpty else { throw .invalid(path + ".name", "is empty") }
        try tool.parameters?.requireObject(path + ".parameters")
        json.object { json in
            json.member("name", tool.name)
            json.member("description", tool.description)
            // Required here; without it a function takes no arguments.
            json.raw("input_schema", tool.parameters?.text ?? #"{"type":"object","properties":{}}"#)
            json.member("strict", tool.strict)
        }
    }

    private func toolChoice(_ request: ChatRequest, _ json: inout JSONWriter) throws(GatewayError) {
        // Several calls at once are allowed unless one says otherwise, in both APIs.
        let isSingle = request.parallelToolCalls == false
        guard request.toolChoice != nil || isSingle else { return }
        let choice = request.toolChoice ?? .auto
        if case .named(let name) = choice, !request.tools.contains(where: { $0.name == name }) {
            throw .invalid("tool_choice.name", "names a tool that is not in tools")
        }
        json.object("tool_choice") { json in
            json.key("type")
            switch choice {
            case .auto: json.string("auto")
            case .none: json.string("none")
            case .required: json.string("any")
            case .named(let name):
                json.string("tool")
                json.member("name", name)
            }
            if isSingle, choice != .none {
                json.member("disable_parallel_tool_use", true)
            }
        }
    }
}
