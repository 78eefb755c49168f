import LLMGWJSON

extension CompletionRequest {
    private static let members: Set<String> = [
        "model", "messages", "max_tokens", "system", "metadata", "stop_sequences", "stream", "temperature", "top_k",
        "top_p",
        "tools", "tool_choice", "thinking", "service_tier", "container", "output_config", "cache_control",
    ]

    /// A request of Anthropic's Messages API. It is strict, so that a test of the gateway sees what the real API would not take.
    init(message json: JSONView) throws(Refusal) {
        for key in json.keys where !Self.members.contains(key) {
            throw Refusal(message: "\(key): Extra inputs are not permitted", parameter: nil)
        }
        guard let model = json["model"]?.string else { throw Refusal(message: "model: Field required", parameter: nil) }
        guard let maxTokens = json["max_tokens"]?.unsigned else {
            throw Refusal(message: "max_tokens: Field required", parameter: nil)
        }
        guard let messages = json["messages"]?.elements, !messages.isEmpty else {
            throw Refusal(message: "messages: at least one message is required", parameter: nil)
        }
        var tokens = 0
        _ = try Self.text(json["system"], "system", &tokens)
        var prompt = ""
        var openCalls: Set<String> = []
        for (index, message) in messages.enumerated() {
            let path = "messages.\(index)"
            guard let role = message["role"]?.string, ["user", "assistant"].contains(role) else {
                throw Refusal(message: "\(path).role: Input should be 'user' or 'assistant'", parameter: nil)
            }
            let text = try Self.text(message["content"], path + ".content", &tokens)
            tokens += 4
            if role == "user" { prompt = text }
            openCalls.subtract(Self.ids("tool_result", "tool_use_id", message))
            guard openCalls.isEmpty else {
                throw Refusal(
                    message: "\(path): tool_use ids were found without tool_result blocks immediately after",
                    parameter: nil)
            }
            openCalls = Self.ids("tool_use", "id", message)
        }
        let tools = json["tools"]?.elements ?? []
        guard json["tool_choice"] == nil || !tools.isEmpty else {
            throw Refusal(message: "tool_choice: may only be specified while providing tools", parameter: nil)
        }
        let isAnswered = messages.last.map { !Self.ids("tool_result", "tool_use_id", $0).isEmpty } ?? false
        self.init(
            dialect: .anthropic, model: model, prompt: prompt, inputTokens: tokens,
            maxTokens: Int(min(maxTokens, 1 << 30)), choices: 1,
            stop: json["stop_sequences"]?.elements.compactMap(\.string) ?? [],
            isStream: json["stream"]?.isTrue ?? false, includesUsage: true)
        if !isAnswered {
            toolCalls = Self.toolCalls(
                tools.map { ($0["name"]?.string ?? "", $0["input_schema"]) }, Self.choice(json["tool_choice"]), prompt,
                prefix: "toolu_sim")
        }
    }

    private static func choice(_ json: JSONView?) -> ToolChoice {
        switch json?["type"]?.string {
        case "any"?: .required
        case "none"?: .none
        case "tool"?: .named(json?["name"]?.string ?? "")
        default: .auto
        }
    }

    private static func ids(_ type: String, _ key: String, _ message: JSONView) -> Set<String> {
        let blocks = message["content"]?.elements ?? []
        return Set(blocks.filter { $0["type"]?.string == type }.compactMap { $0[key]?.string })
    }

    /// The text of a content: plain, or of its blocks. A picture counts as 85 tokens.
    private static func text(_ content: JSONView?, _ path: String, _ tokens: inout Int) throws(Refusal) -> String {
        guard let content else { return "" }
        if let text = content.string {
            tokens += AnswerText.countTokens(text)
            return text
        }
        var texts: [String] = []
        for (index, block) in content.elements.enumerated() {
            switch block["type"]?.string {
            case "text"?:
                guard let text = block["text"]?.string, !text.isEmpty else {
                    throw Refusal(message: "\(path).\(index): text content blocks must be non-empty", parameter: nil)
                }
                tokens += AnswerText.countTokens(text)
                texts.append(text)
            case "image"?:
                let source = block["source"]
                let isComplete =
                    source?["type"]?.string == "base64"
                    ? source?["media_type"]?.string != nil && source?["data"]?.string != nil
                    : source?["url"]?.string != nil
                guard isComplete else {
                    throw Refusal(message: "\(path).\(index).image.source: Field required", parameter: nil)
                }
                tokens += 85
            case "tool_result"?:
                texts.append(try text(block["content"], "\(path).\(index).content", &tokens))
            default: break
            }
        }
        return texts.joined(separator: " ")
    }
}
