import LLMGWCore
import LLMGWUpstream
import LLMGWWire

extension UpstreamAnswer.Body {
    /// The reply message, without `info`.
    func encode(with codec: MessageCodec) -> [UInt8] {
        switch self {
        case .chat(let reply): ChatReply(choices: reply.choices, usage: reply.usage).encode(with: codec)
        case .complete(let reply): CompleteReply(choices: reply.choices, usage: reply.usage).encode(with: codec)
        case .embed(let vectors, let usage, _): EmbedReply(embeddings: vectors, usage: usage).encode(with: codec)
        case .models: preconditionFailure("lists of models are not stored")
        }
    }

    static func decode(
        _ kind: CanonicalRequest.Kind, _ bytes: [UInt8], with codec: MessageCodec
    ) throws(MessageError) -> UpstreamAnswer.Body {
        switch kind {
        case .chat: return .chat(try ChatReply.decode(bytes, with: codec))
        case .complete: return .complete(try CompleteReply.decode(bytes, with: codec))
        case .embed:
            let reply = try EmbedReply.decode(bytes, with: codec)
            return .embed(reply.embeddings, usage: reply.usage, model: nil)
        }
    }

    var usage: Usage? {
        switch self {
        case .chat(let reply): reply.usage
        case .complete(let reply): reply.usage
        case .embed(_, let usage, _): usage
        case .models: nil
        }
    }

    /// How its choices ended; nothing for answers that have none.
    var finishReasons: [FinishReason?] {
        switch self {
        case .chat(let reply): reply.choices.map { $0.refusal == nil ? $0.finishReason : .contentFilter }
        case .complete(let reply): reply.choices.map(\.finishReason)
        case .embed, .models: []
        }
    }

    /// The answer in one piece, made from that of a stream.
    func joined(_ pieces: [[UInt8]], with codec: MessageCodec) throws(MessageError) -> UpstreamAnswer.Body {
        switch self {
        case .chat(var reply):
            var join = ChatJoin(reply.choices)
            for piece in pieces { join.add(try ChatChunk.decode(piece, with: codec)) }
            reply.choices = join.choices
            return .chat(reply)
        case .complete(var reply):
            for piece in pieces {
                let chunk = try CompleteChunk.decode(piece, with: codec)
                guard let index = reply.choices.firstIndex(where: { $0.index == chunk.index }) else { continue }
                if let text = chunk.text { reply.choices[index].text = (reply.choices[index].text ?? "") + text }
            }
            return .complete(reply)
        case .embed, .models: return self
        }
    }

    /// The answer as a stream of one message for each choice, and its end.
    func split(with codec: MessageCodec) -> (pieces: [[UInt8]], end: UpstreamAnswer.Body) {
        switch self {
        case .chat(var reply):
            let pieces = reply.choices.map { choice in
                ChatChunk(
                    index: choice.index, text: choice.text,
                    toolCalls: choice.toolCalls.enumerated().map { index, call in
                        ToolCallDelta(index: UInt32(index), id: call.id, name: call.name, arguments: call.arguments)
                    },
                    finishReason: choice.finishReason, refusal: choice.refusal, reasoning: choice.reasoning
                ).encode(with: codec)
            }
            reply.choices = reply.choices.map { .init(index: $0.index, finishReason: $0.finishReason) }
            return (pieces, .chat(reply))
        case .complete(var reply):
            let pieces = reply.choices.map { choice in
                CompleteChunk(index: choice.index, text: choice.text, finishReason: choice.finishReason)
                    .encode(with: codec)
            }
            reply.choices = reply.choices.map { .init(index: $0.index, finishReason: $0.finishReason) }
            return (pieces, .complete(reply))
        case .embed, .models: return ([], self)
        }
    }
}

/// Puts the pieces of a streamed conversation together.
private struct ChatJoin {
    private(set) var choices: [ChatReply.Choice]

    init(_ ends: [ChatReply.Choice]) {
        choices = ends
    }

    mutating func add(_ chunk: ChatChunk) {
        guard let index = choices.firstIndex(where: { $0.index == chunk.index }) else { return }
        append(chunk.text, to: &choices[index].text)
        append(chunk.refusal, to: &choices[index].refusal)
        append(chunk.reasoning, to: &choices[index].reasoning)
        for delta in chunk.toolCalls {
            let place = Int(delta.index)
            while choices[index].toolCalls.count <= place, place < 1024 {
                choices[index].toolCalls.append(ToolCall(id: "", name: "", arguments: ""))
            }
            guard place < choices[index].toolCalls.count else { continue }
            if let id = delta.id { choices[index].toolCalls[place].id = id }
            if let name = delta.name { choices[index].toolCalls[place].name = name }
            choices[index].toolCalls[place].arguments += delta.arguments
        }
    }

    private func append(_ more: String?, to text: inout String?) {
        if let more { text = (text ?? "") + more }
    }
}
