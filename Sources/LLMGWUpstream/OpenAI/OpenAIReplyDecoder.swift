import LLMGWCore
import LLMGWJSON

/// Reads complete answers of the OpenAI API. An answer that is not of the expected form throws; nothing is made up.
enum OpenAIReplyDecoder {
    static func decode(_ json: JSONView, for operation: UpstreamOperation) throws(GatewayError) -> UpstreamAnswer.Body {
        guard json.isObject else { throw .malformedAnswer("is not a JSON object") }
        switch operation {
        case .chat:
            return .chat(ChatReply(choices: try choices(json).map(chatChoice), usage: usage(json), info: info(json)))
        case .complete:
            return .complete(
                CompleteReply(
                    choices: try choices(json).map { choice in
                        CompleteReply.Choice(
                            index: index(choice), text: choice["text"]?.string ?? "", finishReason: finishReason(choice)
                        )
                    }, usage: usage(json), info: info(json)))
        case .embed(let request):
            return .embed(
                try embeddings(json, count: request.inputs.count), usage: usage(json), model: json["model"]?.string)
        case .listModels:
            return .models((json["data"]?.elements ?? []).compactMap { $0["id"]?.string })
        }
    }

    private static func choices(_ json: JSONView) throws(GatewayError) -> [JSONView] {
        guard let choices = json["choices"]?.elements, !choices.isEmpty else {
            throw .malformedAnswer("has no choices")
        }
        return choices
    }

    private static func chatChoice(_ choice: JSONView) -> ChatReply.Choice {
        let message = choice["message"]
        return ChatReply.Choice(
            index: index(choice), text: message.flatMap { text($0["content"]) },
            toolCalls: (message?["tool_calls"]?.elements ?? []).map { call in
                ToolCall(
                    id: call["id"]?.string ?? "", name: call["function"]?["name"]?.string ?? "",
                    arguments: call["function"]?["arguments"]?.string ?? "")
            },
            finishReason: finishReason(choice), refusal: message?["refusal"]?.string,
            reasoning: reasoning(message))
    }

    /// Content is text, or (with some relatives of the API) a list of parts.
    private static func text(_ content: JSONView?) -> String? {
        guard let content else { return nil }
        if let text = content.string { return text }
        guard content.isArray else { return nil }
        return content.elements.compactMap { $0["text"]?.string }.joined()
    }

    static func reasoning(_ message: JSONView?) -> String? {
        message?["reasoning_content"]?.string ?? message?["reasoning"]?.string
    }

    static func index(_ choice: JSONView) -> UInt32 {
        choice["index"]?.unsigned.flatMap { UInt32(exactly: $0) } ?? 0
    }

    static func finishReason(_ choice: JSONView) -> FinishReason? {
        switch choice["finish_reason"]?.string {
        case nil: nil
        case "stop"?: .stop
        case "length"?: .length
        case "tool_calls"?, "function_call"?: .toolCalls
        case "content_filter"?: .contentFilter
        case let other?: .other(other)
        }
    }

    static func usage(_ json: JSONView) -> Usage? {
        guard let usage = json["usage"], usage.isObject else { return nil }
        return Usage(
            inputTokens: usage["prompt_tokens"]?.unsigned, outputTokens: usage["completion_tokens"]?.unsigned,
            cachedInputTokens: usage["prompt_tokens_details"]?["cached_tokens"]?.unsigned,
            reasoningTokens: usage["completion_tokens_details"]?["reasoning_tokens"]?.unsigned,
            totalTokens: usage["total_tokens"]?.unsigned)
    }

    static func info(_ json: JSONView) -> ReplyInfo {
        ReplyInfo(upstreamModel: json["model"]?.string, upstreamID: json["id"]?.string)
    }

    private static func embeddings(_ json: JSONView, count: Int) throws(GatewayError) -> [[Float]] {
        guard let data = json["data"], data.isArray else { throw .malformedAnswer("has no data") }
        var vectors = [[Float]?](repeating: nil, count: count)
        for (position, element) in data.elements.enumerated() {
            let index = element["index"]?.unsigned.flatMap { Int(exactly: $0) } ?? position
            guard vectors.indices.contains(index), vectors[index] == nil, let values = element["embedding"],
                values.isArray
            else { throw .malformedAnswer("has vectors that belong to no input") }
            let numbers = values.elements.compactMap { $0.double.map(Float.init) }
            guard numbers.count == values.elements.count else {
                throw .malformedAnswer("has a vector with something else than numbers")
            }
            vectors[index] = numbers
        }
        let complete = vectors.compactMap { $0 }
        guard complete.count == count else {
            throw .malformedAnswer("has \(complete.count) vectors for \(count) inputs")
        }
        return complete
    }
}
