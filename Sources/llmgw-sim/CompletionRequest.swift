import LLMGWJSON

/// A request for an answer, as far as the simulation looks at it. What the real API would refuse is refused.
struct CompletionRequest {
    struct Refusal: Error {
        var message: String
        var parameter: String?
    }

    struct ToolCall {
        var id: String
        var name: String
        var arguments: String

        /// Three pieces for a stream, split between characters.
        var pieces: [String] {
            let characters = Array(arguments)
            let third = max(1, (characters.count + 2) / 3)
            return stride(from: 0, to: characters.count, by: third).map {
                String(characters[$0..<min($0 + third, characters.count)])
            }
        }
    }

    enum ToolChoice {
        case auto, none, required
        case named(String)
    }

    var dialect = Dialect.openai
    var isChat = true
    var model: String
    var prompt: String
    var inputTokens: Int
    var maxTokens: Int?
    var choices: Int
    var stop: [String]
    var isStream: Bool
    var includesUsage: Bool
    var toolCalls: [ToolCall] = []
    /// A whole answer in JSON, where that was asked for.
    var jsonAnswer: String?

    init(
        dialect: Dialect, model: String, prompt: String, inputTokens: Int, maxTokens: Int?, choices: Int,
        stop: [String],
        isStream: Bool, includesUsage: Bool
    ) {
        self.dialect = dialect
        self.model = model
        self.prompt = prompt
        self.inputTokens = inputTokens
        self.maxTokens = maxTokens
        self.choices = choices
        self.stop = stop
        self.isStream = isStream
        self.includesUsage = includesUsage
    }

    init(_ json: JSONView, isChat: Bool) throws(Refusal) {
        guard let model = json["model"]?.string else {
            throw Refusal(message: "you must provide a model parameter", parameter: "model")
        }
        self.isChat = isChat
        self.model = model
        isStream = json["stream"]?.isTrue ?? false
        includesUsage = json["stream_options"]?["include_usage"]?.isTrue ?? false
        maxTokens = (json["max_tokens"] ?? json["max_completion_tokens"])?.unsigned.map { Int(min($0, 1 << 30)) }
        choices = Int(min(json["n"]?.unsigned ?? 1, 16))
        stop = json["stop"]?.string.map { [$0] } ?? json["stop"]?.elements.compactMap(\.string) ?? []
        if let temperature = json["temperature"], temperature.double == nil {
            throw Refusal(message: "temperature is not a number", parameter: "temperature")
        }
        guard isChat else {
            guard let text = json["prompt"]?.string else {
                throw Refusal(message: "prompt is missing", parameter: "prompt")
            }
            prompt = text
            inputTokens = AnswerText.countTokens(text)
            return
        }
        guard let messages = json["messages"]?.elements, !messages.isEmpty else {
            throw Refusal(message: "messages is missing or empty", parameter: "messages")
        }
        prompt = ""
        inputTokens = 0
        for (index, message) in messages.enumerated() {
            guard let role = message["role"]?.string,
                ["system", "user", "assistant", "tool", "function", "developer"].contains(role)
            else {
                throw Refusal(
                    message: "messages[\(index)].role is missing or unknown", parameter: "messages[\(index)].role")
            }
            let text = Self.text(message["content"], &inputTokens)
            inputTokens += AnswerText.countTokens(text) + 4
            if role == "user" || role == "tool" { prompt = text }
        }
        if messages.last?["role"]?.string != "tool" {
            let tools = (json["tools"]?.elements ?? []).compactMap { $0["function"] }
            toolCalls = Self.toolCalls(
                tools.map { ($0["name"]?.string ?? "", $0["parameters"]) }, Self.choice(json["tool_choice"]), prompt,
                prefix: "call_sim")
        }
        jsonAnswer = Self.jsonAnswer(json["response_format"], prompt)
    }

    /// A picture counts as 85 tokens.
    private static func text(_ content: JSONView?, _ tokens: inout Int) -> String {
        guard let content else { return "" }
        if let text = content.string { return text }
        return content.elements.map { part in
            if part["image_url"] != nil { tokens += 85 }
            return part["text"]?.string ?? ""
        }.joined(separator: " ")
    }

    private static func choice(_ json: JSONView?) -> ToolChoice {
        if let name = json?["function"]?["name"]?.string { return .named(name) }
        switch json?.string {
        case "required"?: return .required
        case "none"?: return .none
        default: return .auto
        }
    }

    /// The calls of those tools that are demanded, or that the prompt speaks of.
    static func toolCalls(
        _ tools: [(name: String, schema: JSONView?)], _ choice: ToolChoice, _ prompt: String, prefix: String
    ) -> [ToolCall] {
        let chosen: [(name: String, schema: JSONView?)]
        switch choice {
        case .none: chosen = []
        case .required: chosen = Array(tools.prefix(1))
        case .named(let name): chosen = tools.filter { $0.name == name }
        case .auto:
            let lower = prompt.lowercased()
            chosen = tools.filter { tool in
                let name = tool.name.lowercased()
                return lower.contains(name)
                    || name.split(separator: "_").contains { $0.count > 3 && lower.contains($0) }
            }
        }
        return chosen.enumerated().map { index, tool in
            var arguments = JSONWriter(capacity: 64)
            SchemaExample(prompt: prompt).write(tool.schema, &arguments)
            return ToolCall(
                id: "\(prefix)_\(index)_\(String(AnswerText.hash(prompt) % 1_000_000))", name: tool.name,
                arguments: String(decoding: arguments.bytes, as: UTF8.self))
        }
    }

    private static func jsonAnswer(_ format: JSONView?, _ prompt: String) -> String? {
        guard let kind = format?["type"]?.string, kind != "text" else { return nil }
        var json = JSONWriter(capacity: 64)
        if kind == "json_schema" {
            SchemaExample(prompt: prompt).write(format?["json_schema"]?["schema"], &json)
        } else {
            json.object { json in
                json.member("simulated", true)
                json.member("question", prompt)
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The pieces of the answer, and why it ends.
    func answer(outputTokens: Int, fault: Fault?) -> (pieces: [String], finish: Finish) {
        switch fault {
        case .echo: return (prompt.map(String.init), .stop)
        case .big(let size): return (Self.bigPieces(size), .stop)
        case .filteredFinish: return (["(simulated) "], .filtered)
        default: break
        }
        if !toolCalls.isEmpty { return ([], .toolCalls) }
        if let jsonAnswer { return ([jsonAnswer], .stop) }
        let wanted = maxTokens ?? outputTokens
        var pieces = AnswerText.pieces(prompt: prompt, tokens: min(wanted, outputTokens))
        var finish = maxTokens.map { $0 < outputTokens } == true ? Finish.length : .stop
        let text = pieces.joined()
        let cuts = stop.compactMap { word in text.firstRange(of: word).map { (at: $0.lowerBound, word: word) } }
        if let cut = cuts.min(by: { $0.at < $1.at }) {
            pieces = [String(text[..<cut.at])]
            finish = .stopSequence(cut.word)
        }
        return (pieces, finish)
    }

    private static func bigPieces(_ size: Int) -> [String] {
        let piece = String(repeating: "0123456789abcdef", count: 64)
        var pieces = [String](repeating: piece, count: size / piece.utf8.count)
        if size % piece.utf8.count > 0 { pieces.append(String(piece.prefix(size % piece.utf8.count))) }
        return pieces
    }
}

extension String {
    fileprivate func firstRange(of other: String) -> Range<String.Index>? {
        guard !other.isEmpty else { return nil }
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
