import LLMGWCore
import LLMGWJSON

/// Reads complete answers of the Messages API. An answer that is not of the expected form throws; nothing is made up.
enum AnthropicReplyDecoder {
    static func decode(_ json: JSONView, for operation: UpstreamOperation) throws(GatewayError) -> UpstreamAnswer.Body {
        guard json.isObject else { throw .malformedAnswer("is not a JSON object") }
        switch operation {
        case .chat: return .chat(try message(json))
        case .listModels: return .models((json["data"]?.elements ?? []).compactMap { $0["id"]?.string })
        case .complete: throw .notInAnthropic("Complete")
        case .embed: throw .notInAnthropic("Embed")
        }
    }

    private static func message(_ json: JSONView) throws(GatewayError) -> ChatReply {
        guard let content = json["content"], content.isArray else { throw .malformedAnswer("has no content") }
        var choice = ChatReply.Choice(index: 0, finishReason: finishReason(json))
        for block in content.elements {
            switch block["type"]?.string {
            case "text"?: choice.text = (choice.text ?? "") + (block["text"]?.string ?? "")
            case "thinking"?: choice.reasoning = (choice.reasoning ?? "") + (block["thinking"]?.string ?? "")
            case "tool_use"?:
                choice.toolCalls.append(
                    ToolCall(
                        id: block["id"]?.string ?? "", name: block["name"]?.string ?? "",
                        arguments: block["input"]?.text ?? "{}"))
            // Encrypted reasoning, and what tools of the upstream's own did.
            default: break
            }
        }
        var usage = AnthropicUsage()
        usage.take(json["usage"])
        return ChatReply(choices: [choice], usage: usage.usage, info: info(json))
    }

    /// Of a message, or of the event that ends a streamed one.
    static func finishReason(_ json: JSONView?) -> FinishReason? {
        switch json?["stop_reason"]?.string {
        case nil: nil
        case "end_turn"?, "stop_sequence"?: .stop
        case "max_tokens"?: .length
        case "tool_use"?: .toolCalls
        case "refusal"?: .contentFilter
        case let other?: .other(other)
        }
    }

    static func info(_ message: JSONView?) -> ReplyInfo {
        ReplyInfo(upstreamModel: message?["model"]?.string, upstreamID: message?["id"]?.string)
    }
}
