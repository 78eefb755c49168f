import LLMGWCore
import Testing

@testable import LLMGWWire

@Suite("A stored reply and its info")
struct ReplyTailTests {
    private let codec = MessageCodec()
    private let info = ReplyInfo(
        requestID: "0123", model: "大模型", cache: .hit, cacheAge: .milliseconds(1500), usageSource: .cache)

    @Test("Bytes without info, followed by info, are the reply with it")
    func joined() throws {
        let usage = Usage(inputTokens: 1, outputTokens: 2)
        let chat = ChatReply(choices: [.init(index: 0, text: "好", finishReason: .stop)], usage: usage)
        let complete = CompleteReply(choices: [.init(index: 0, text: "好")], usage: usage)
        let embed = EmbedReply(embeddings: [[1, 2.5]], usage: usage)
        let known = codec.encode(ReplyInfo(model: "大模型", cache: .hit, usageSource: .cache))
        let rest = ReplyInfo(requestID: "0123", cacheAge: .milliseconds(1500))
        var (chatWhole, completeWhole, embedWhole) = (chat, complete, embed)
        chatWhole.info = info
        completeWhole.info = info
        embedWhole.info = info
        #expect(
            try ChatReply.decode(codec.reply(chat.encode(with: codec), knownInfo: known, rest), with: codec)
                == chatWhole)
        #expect(
            try CompleteReply.decode(codec.reply(complete.encode(with: codec), knownInfo: known, rest), with: codec)
                == completeWhole)
        #expect(
            try EmbedReply.decode(codec.reply(embed.encode(with: codec), knownInfo: known, rest), with: codec)
                == embedWhole)
    }
}
