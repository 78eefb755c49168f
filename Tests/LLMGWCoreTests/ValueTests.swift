import LLMGWCore
import Testing

@Suite("Values")
struct ValueTests {
    @Test("Parameters that the caller set win over the model's defaults, also where they are zero")
    func samplingDefaults() {
        let defaults = Sampling(
            temperature: 1, topP: 1, maxTokens: 1, stop: ["d"], seed: 1, presencePenalty: 1, frequencyPenalty: 1, n: 1,
            logitBias: [.init(token: "d", bias: 1)], user: "d")
        let own = Sampling(
            temperature: 0, topP: 0, maxTokens: 0, stop: ["停"], seed: 0, presencePenalty: 0, frequencyPenalty: 0, n: 0,
            logitBias: [.init(token: "o", bias: 0)], user: "")
        #expect(own.filled(from: defaults) == own)
        #expect(Sampling().filled(from: defaults) == defaults)
        #expect(Sampling().filled(from: Sampling()) == Sampling())
        #expect(Sampling(temperature: 0).filled(from: defaults).topP == 1)
    }

    @Test("Sums of usage know what either side knows")
    func usageSum() {
        let a = Usage(inputTokens: 1, outputTokens: 2, totalTokens: .max)
        let b = Usage(inputTokens: 10, cachedInputTokens: 3, totalTokens: 1)
        #expect(a + b == Usage(inputTokens: 11, outputTokens: 2, cachedInputTokens: 3, totalTokens: .max))
        #expect(Usage() + Usage() == Usage())
    }

    @Test func defaultsOfTheConfigurationAreWhatTheProtocolStates() {
        let server = ServerSettings()
        #expect(server.socketMode == 0o660)
        #expect(server.handshakeTimeout == .seconds(1))
        #expect(server.writeTimeout == .seconds(30))
        #expect(UInt32(server.maxStreamsPerConnection) == ConnectionLimits().maxStreams)
        #expect(server.adminUIDs.isEmpty && server.adminGIDs.isEmpty)
    }

    @Test func replyTextIsTheFirstChoice() {
        #expect(ChatReply(choices: [.init(index: 0, text: "一"), .init(index: 1, text: "二")]).text == "一")
        #expect(ChatReply(choices: []).text.isEmpty)
        #expect(CompleteReply(choices: [.init(index: 0, text: "é")]).text == "é")
    }
}
