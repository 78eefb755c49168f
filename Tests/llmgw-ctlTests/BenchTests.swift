import LLMGWCore
import LLMGWJSON
import Testing

@testable import llmgw_ctl

@Suite("Figures of a load")
struct BenchTests {
    private func plan(promptBytes: Int, samePrompt: Bool = false) -> BenchPlan {
        BenchPlan(
            model: "大模型", connections: 1, concurrency: 1, requests: 1, duration: nil, stream: false,
            promptBytes: promptBytes, maxTokens: 7, samePrompt: samePrompt)
    }

    @Test("Quantiles are measured values: the smallest that so many of a hundred do not pass")
    func quantiles() throws {
        let values = (1...100).reversed().map { Duration.milliseconds($0) }
        let q = try #require(Quantiles(values))
        #expect((q.min, q.p50, q.p95) == (.milliseconds(1), .milliseconds(50), .milliseconds(95)))
        #expect((q.p99, q.max) == (.milliseconds(99), .milliseconds(100)))
        let one = try #require(Quantiles([.seconds(3)]))
        #expect(one.p50 == .seconds(3) && one.p99 == .seconds(3))
        #expect(Quantiles([.seconds(1), .seconds(2)])?.p50 == .seconds(1))
        #expect(Quantiles([]) == nil)
    }

    @Test("Failures are counted by reason, and do not flatter the latencies")
    func failures() {
        let info = ReplyInfo(
            provider: "上游", latency: Latency(queue: .zero, firstToken: nil, total: .zero, overhead: .microseconds(50)),
            cost: Cost(micros: 5, currency: "EUR"), cache: .hit)
        let results = [
            BenchResult(duration: .milliseconds(20), info: info, usage: Usage(outputTokens: 3)),
            BenchResult(duration: .milliseconds(40), info: info, usage: Usage(outputTokens: 4)),
            BenchResult(duration: .microseconds(1), reason: .queueFull),
            BenchResult(duration: .microseconds(1), reason: .serverError),
            BenchResult(duration: .microseconds(1), reason: .serverError),
        ]
        let summary = BenchSummary(results, wall: .seconds(4))
        #expect(summary.requests == 5)
        #expect(summary.succeeded == 2)
        #expect(summary.perSecond == 0.5)
        #expect(summary.total?.min == .milliseconds(20))
        #expect(summary.overhead?.p99 == .microseconds(50))
        #expect(summary.firstToken == nil)
        #expect(summary.errors.map(\.reason) == [.serverError, .queueFull])
        #expect(summary.cacheStates.map(\.state) == ["hit"])
        #expect(summary.usage.outputTokens == 7)
        #expect(summary.costs == [Cost(micros: 10, currency: "EUR")])
        #expect(summary.text.contains("2 × llmgw.upstream.server_error"))
        #expect(summary.text.contains("answered by: 上游"))
        var writer = JSONWriter(capacity: 256)
        writer.summary(summary)
        let json = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            json.contains(#""errors":{"llmgw.upstream.server_error":2,"llmgw.gateway.queue_full":1},"cache":{"hit":2}"#)
        )
    }

    @Test("A run in which nothing came to its end has no figures, and says so")
    func nothing() {
        let summary = BenchSummary([], wall: .zero)
        #expect(summary.perSecond == nil)
        #expect(summary.text.hasPrefix("0 requests in"))
    }

    @Test(
        "Questions have the length that was asked for, and differ unless they are to be the same",
        arguments: [1, 10, 64, 5000])
    func prompts(bytes: Int) {
        func text(_ request: ChatRequest) -> String? {
            guard case .text(let text)? = request.messages.first?.content else { return nil }
            return text
        }
        let request = plan(promptBytes: bytes).request(5)
        #expect(text(request)?.utf8.count == max(bytes, 3))
        #expect(request.model == "大模型")
        #expect(request.sampling.maxTokens == 7)
        #expect(plan(promptBytes: bytes).request(5) != plan(promptBytes: bytes).request(6))
        #expect(
            plan(promptBytes: bytes, samePrompt: true).request(5)
                == plan(promptBytes: bytes, samePrompt: true).request(6))
    }
}
