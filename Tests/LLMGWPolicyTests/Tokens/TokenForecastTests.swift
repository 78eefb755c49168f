import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Tokens, guessed and learned")
struct TokenForecastTests {
    @Test("Scripts count by how tokenizers treat them")
    func scripts() {
        let english = TokenSize("The quick brown fox jumps over the lazy dog, and then it sleeps.").tokens
        #expect((12...20).contains(english))
        // Sixteen characters, of three bytes each.
        let chinese = TokenSize("今天天气很好我们一起去公园散步吧").tokens
        #expect((12...20).contains(chinese))
        #expect(TokenSize("Grüße aus Köln").tokens < TokenSize("今天天气很好我们一起去公园散步").tokens)
        #expect(TokenSize("👩‍🚀").tokens >= 3)
        #expect(TokenSize("").tokens == 0)
    }

    @Test("A conversation is its texts, its calls and tools, and its images by rule")
    func conversation() {
        let text = TokenSize(ChatRequest(messages: [.user("Guten Morgen 早上好")])).tokens
        let parts: [ContentPart] = [
            .text("Guten Morgen 早上好"), .image(url: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg", detail: nil),
        ]
        let image = TokenSize(ChatRequest(messages: [ChatMessage(role: .user, content: .parts(parts))])).tokens
        #expect(image == text + 1000, "not by the bytes of its URL")
        let small = ChatMessage(role: .user, content: .parts([.image(url: "https://example.org/x.png", detail: "low")]))
        #expect(TokenSize(ChatRequest(messages: [small])).tokens == 89)
        let tool = Tool(name: "weather", description: "Tells the weather", parameters: "{\"type\":\"object\"}")
        #expect(TokenSize(ChatRequest(messages: [.user("Guten Morgen 早上好")], tools: [tool])).tokens > text + 5)
        #expect(TokenSize(EmbedRequest(inputs: ["eins", "zwei"])).tokens >= 2)
    }

    @Test("Guesses that are ten times wrong are soon right", arguments: [0.1, 0.5, 1, 3, 10.0])
    func calibration(error: Double) {
        var forecast = TokenForecast()
        var random = SeededRandom(seed: 7)
        let words = ["naïve", "gateway", "今天", "socket"]
        var last = 0.0
        for _ in 0..<100 {
            let text = (0..<Int.random(in: 10...200, using: &random)).map { _ in
                words.randomElement(using: &random) ?? ""
            }
            let size = TokenSize(text.joined(separator: " "))
            let real = max(1, (Double(size.tokens) * error).rounded())
            last = Double(forecast.demand(for: size, maxTokens: nil, hasOutput: true, client: 0).inputTokens) / real
            forecast.learn(Usage(inputTokens: UInt64(real), outputTokens: 10), size: size, client: 0)
        }
        #expect((0.9...1.15).contains(last), "\(last)")
    }

    @Test("The output is what nine of ten answers stay below, and never more than the caller allows")
    func output() {
        var forecast = TokenForecast()
        var random = SeededRandom(seed: 3)
        let size = TokenSize("Hallo")
        for _ in 0..<500 {
            forecast.learn(
                Usage(inputTokens: 3, outputTokens: UInt64.random(in: 1...1000, using: &random)), size: size, client: 1)
        }
        var above = 0
        for _ in 0..<2000 {
            let expected = forecast.demand(for: size, maxTokens: nil, hasOutput: true, client: 1).outputTokens
            let real = Int.random(in: 1...1000, using: &random)
            if real > expected { above += 1 }
            forecast.learn(Usage(inputTokens: 3, outputTokens: UInt64(real)), size: size, client: 1)
        }
        #expect((100...400).contains(above), "\(above) of 2000 were above")
        #expect(forecast.demand(for: size, maxTokens: 20, hasOutput: true, client: 1).outputTokens == 20)
        #expect(forecast.demand(for: size, maxTokens: 20, hasOutput: false, client: 1).outputTokens == 0)
    }

    @Test("Clients with short answers do not pay for those with long ones")
    func clients() {
        var forecast = TokenForecast()
        let size = TokenSize("Hallo")
        for _ in 0..<200 {
            forecast.learn(Usage(inputTokens: 3, outputTokens: 4000), size: size, client: 1)
            forecast.learn(Usage(inputTokens: 3, outputTokens: 8), size: size, client: 2)
        }
        #expect(forecast.demand(for: size, maxTokens: nil, hasOutput: true, client: 1).outputTokens == 4000)
        #expect(forecast.demand(for: size, maxTokens: nil, hasOutput: true, client: 2).outputTokens == 8)
    }

    @Test("What an upstream cannot have meant teaches little or nothing")
    func nonsense() {
        var forecast = TokenForecast()
        let size = TokenSize("Hallo Welt")
        for _ in 0..<100 { forecast.learn(Usage(inputTokens: .max, outputTokens: nil), size: size, client: 0) }
        #expect(forecast.factor <= 20)
        forecast.learn(Usage(), size: size, client: 0)
        forecast.learn(Usage(inputTokens: 0, outputTokens: 0), size: size, client: 0)
        #expect(forecast.demand(for: size, maxTokens: nil, hasOutput: true, client: 0).outputTokens == 256)
    }
}
