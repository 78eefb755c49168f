import LLMGWCore
import LLMGWJSON

/// Reads the events of a streamed answer of the OpenAI API.
///
/// States: streaming → done (terminal, after `[DONE]`). What comes after `[DONE]` is ignored.
struct OpenAIStreamDecoder: StreamDecoder {
    private let isChat: Bool
    private(set) var isDone = false
    private(set) var usage: Usage?
    private(set) var info = ReplyInfo()
    private var finishReasons: [UInt32: FinishReason?] = [:]

    init(isChat: Bool) {
        self.isChat = isChat
    }

    mutating func decode(_ data: [UInt8]) throws(GatewayError) -> [Output] {
        guard !isDone else { return [] }
        if data.elementsEqual("[DONE]".utf8) {
            guard !finishReasons.isEmpty else { throw .malformedAnswer("has no choices") }
            isDone = true
            return [.done]
        }
        guard let document = JSONDocument(data), document.value.isObject else {
            throw .malformedAnswer("has an event that is not a JSON object")
        }
        let json = document.value
        if let failure = UpstreamErrorBody(json) { return [.failure(failure)] }
        if let counted = OpenAIReplyDecoder.usage(json) { usage = counted }
        if info.upstreamID == nil { info = OpenAIReplyDecoder.info(json) }
        var outputs: [Output] = []
        for choice in json["choices"]?.elements ?? [] {
            let index = OpenAIReplyDecoder.index(choice)
            let reason = OpenAIReplyDecoder.finishReason(choice)
            if reason != nil || finishReasons[index] == nil { finishReasons.updateValue(reason, forKey: index) }
            outputs.append(isChat ? chat(choice, index, reason) : complete(choice, index, reason))
        }
        return outputs
    }

    private func chat(_ choice: JSONView, _ index: UInt32, _ reason: FinishReason?) -> Output {
        let delta = choice["delta"]
        let chunk = ChatChunk(
            index: index, text: delta?["content"]?.string.flatMap { $0.isEmpty ? nil : $0 },
            toolCalls: (delta?["tool_calls"]?.elements ?? []).enumerated().map { position, call in
                ToolCallDelta(
                    index: call["index"]?.unsigned.flatMap { UInt32(exactly: $0) } ?? UInt32(position),
                    id: call["id"]?.string, name: call["function"]?["name"]?.string,
                    arguments: call["function"]?["arguments"]?.string ?? "")
            },
            finishReason: reason, refusal: delta?["refusal"]?.string, reasoning: OpenAIReplyDecoder.reasoning(delta))
        return chunk == ChatChunk(index: index) ? .nothing : .chat(chunk)
    }

    private func complete(_ choice: JSONView, _ index: UInt32, _ reason: FinishReason?) -> Output {
        let chunk = CompleteChunk(
            index: index, text: choice["text"]?.string.flatMap { $0.isEmpty ? nil : $0 }, finishReason: reason)
        return chunk == CompleteChunk(index: index) ? .nothing : .complete(chunk)
    }

    var answer: UpstreamAnswer.Body {
        let ends = finishReasons.sorted { $0.key < $1.key }
        if isChat {
            return .chat(
                ChatReply(choices: ends.map { .init(index: $0.key, finishReason: $0.value) }, usage: usage, info: info))
        }
        return .complete(
            CompleteReply(choices: ends.map { .init(index: $0.key, finishReason: $0.value) }, usage: usage, info: info))
    }
}
