import LLMGWCore
import LLMGWJSON

/// Reads the events of a streamed answer of the Messages API.
///
/// States: streaming → done (terminal, after `message_stop`). What comes after it is ignored, and so are events and blocks of a type that
/// is not known: the API's rules of versioning allow new ones at any time.
struct AnthropicStreamDecoder: StreamDecoder {
    /// A `tool_use` block that has begun.
    private struct OpenCall {
        var index: UInt32
        /// The whole input, where it came with the block's start; else `{}`.
        var input: String
        var hasPieces = false
    }

    private(set) var isDone = false
    private var hasBegun = false
    private var usage = AnthropicUsage()
    private var info = ReplyInfo()
    private var finishReason: FinishReason?
    private var callCount: UInt32 = 0
    /// By the block's index.
    private var openCalls: [UInt64: OpenCall] = [:]

    mutating func decode(_ data: [UInt8]) throws(GatewayError) -> [StreamOutput] {
        guard !isDone else { return [] }
        guard let document = JSONDocument(data), document.value.isObject else {
            throw .malformedAnswer("has an event that is not a JSON object")
        }
        let json = document.value
        if let failure = UpstreamErrorBody(json) { return [.failure(failure)] }
        let block = json["index"]?.unsigned ?? 0
        switch json["type"]?.string {
        case "message_start"?:
            hasBegun = true
            info = AnthropicReplyDecoder.info(json["message"])
            usage.take(json["message"]?["usage"])
            return [.nothing]
        case "content_block_start"?: return [start(block, json["content_block"])]
        case "content_block_delta"?: return [delta(block, json["delta"])]
        case "content_block_stop"?: return [stop(block)]
        case "message_delta"?:
            usage.take(json["usage"])
            guard let reason = AnthropicReplyDecoder.finishReason(json["delta"]) else { return [.nothing] }
            finishReason = reason
            return [.chat(ChatChunk(finishReason: reason))]
        case "message_stop"?:
            guard hasBegun else { throw .malformedAnswer("has no message") }
            isDone = true
            return [.done]
        case "error"?: return [.failure(UpstreamErrorBody())]
        default: return [.nothing]
        }
    }

    private mutating func start(_ block: UInt64, _ content: JSONView?) -> StreamOutput {
        switch content?["type"]?.string {
        case "text"?: return text(content?["text"])
        case "thinking"?: return reasoning(content?["thinking"])
        case "tool_use"?:
            let call = OpenCall(index: callCount, input: content?["input"]?.text ?? "{}")
            openCalls[block] = call
            callCount += 1
            return .chat(
                ChatChunk(toolCalls: [
                    ToolCallDelta(
                        index: call.index, id: content?["id"]?.string ?? "", name: content?["name"]?.string ?? "")
                ]))
        default: return .nothing
        }
    }

    private mutating func delta(_ block: UInt64, _ delta: JSONView?) -> StreamOutput {
        switch delta?["type"]?.string {
        case "text_delta"?: return text(delta?["text"])
        case "thinking_delta"?: return reasoning(delta?["thinking"])
        case "input_json_delta"?:
            guard let piece = delta?["partial_json"]?.string, !piece.isEmpty, let call = openCalls[block] else {
                return .nothing
            }
            if !call.hasPieces { openCalls[block]?.hasPieces = true }
            return arguments(piece, of: call)
        default: return .nothing
        }
    }

    /// Arguments that did not come in pieces are those of the block's start: none, as a rule, which an empty text would not say.
    private mutating func stop(_ block: UInt64) -> StreamOutput {
        guard let call = openCalls.removeValue(forKey: block), !call.hasPieces else { return .nothing }
        return arguments(call.input, of: call)
    }

    private func arguments(_ text: String, of call: OpenCall) -> StreamOutput {
        .chat(ChatChunk(toolCalls: [ToolCallDelta(index: call.index, arguments: text)]))
    }

    private func text(_ json: JSONView?) -> StreamOutput {
        guard let text = json?.string, !text.isEmpty else { return .nothing }
        return .chat(ChatChunk(text: text))
    }

    private func reasoning(_ json: JSONView?) -> StreamOutput {
        guard let text = json?.string, !text.isEmpty else { return .nothing }
        return .chat(ChatChunk(reasoning: text))
    }

    var answer: UpstreamAnswer.Body {
        .chat(ChatReply(choices: [.init(index: 0, finishReason: finishReason)], usage: usage.usage, info: info))
    }
}
