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
        let tail = codec.encode(inReply: info)
        var (chatWhole, completeWhole, embedWhole) = (chat, complete, embed)
        chatWhole.info = info
        completeWhole.info = info
        embedWhole.info = info
        #expect(try ChatReply.decode(chat.encode(with: codec) + tail, with: codec) == chatWhole)
        #expect(try CompleteReply.decode(complete.encode(with: codec) + tail, with: codec) == completeWhole)
        #expect(try EmbedReply.decode(embed.encode(with: codec) + tail, with: codec) == embedWhole)
    }
}
