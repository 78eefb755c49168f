import LLMGWCore
import LLMGWUpstream
import Testing

@Suite("Headers about limits")
struct RateLimitHeaderTests {
    private func report(_ kind: ProviderSettings.Kind, _ fields: [String: String]) -> RateLimitReport {
        HTTPHead(status: 200, fields: fields.map { (name: $0.key, value: $0.value) }).rateLimits(of: kind)
    }

    @Test("OpenAI's, with durations as Go writes them")
    func openAI() {
        let report = report(
            .openai,
            [
                "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "1s", "x-ratelimit-limit-tokens": "150000",
                "x-ratelimit-remaining-tokens": "149984", "x-ratelimit-reset-tokens": "6m0s",
            ])
        #expect(
            report
                == RateLimitReport([
                    .requestsPerMinute: .init(limit: 60, remaining: 59, reset: .seconds(1)),
                    .tokensPerMinute: .init(limit: 150_000, remaining: 149_984, reset: .seconds(360)),
                ]))
    }

    @Test(
        "Forms of a reset",
        arguments: [
            ("20ms", 20), ("1.5s", 1500), ("1h2m3s", 3_723_000), ("0s", 0), ("30", 30_000), ("0.25", 250),
            ("1794000030", 30_000), ("", nil), ("soon", nil), ("-1", nil), ("5 秒", nil), ("1x", nil), ("nan", nil),
            ("1e400", nil),
        ] as [(String, Int?)])
    func resets(text: String, milliseconds: Int?) {
        let report = report(
            .openai,
            [
                "x-ratelimit-limit-requests": "60", "x-ratelimit-reset-requests": text,
                "date": "Fri, 06 Nov 2026 21:20:00 GMT",
            ])
        #expect(report.readings[.requestsPerMinute]?.reset == milliseconds.map { .milliseconds($0) })
    }

    @Test("Where there is no limit, some say minus one, and some say nothing that is a number")
    func nonsense() {
        #expect(report(.openai, [:]).isEmpty)
        #expect(report(.openai, ["x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1"]).isEmpty)
        #expect(report(.openai, ["x-ratelimit-limit-tokens": "0", "x-ratelimit-remaining-tokens": "0"]).isEmpty)
        #expect(report(.openai, ["x-ratelimit-remaining-tokens": "5"]).isEmpty)
        #expect(report(.openai, ["x-ratelimit-limit-tokens": "许多"]).isEmpty)
        let odd = report(.openai, ["x-ratelimit-limit-requests": "5", "x-ratelimit-remaining-requests": "9"])
        #expect(odd.readings[.requestsPerMinute]?.remaining == 5)
    }

    @Test("Anthropic's, with dates, and tokens that are rounded")
    func anthropic() {
        let report = report(
            .anthropic,
            [
                "date": "Sat, 21 Nov 2026 12:00:00 GMT", "anthropic-ratelimit-requests-limit": "50",
                "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:30Z",
                "anthropic-ratelimit-input-tokens-limit": "40000",
                "anthropic-ratelimit-input-tokens-remaining": "12000",
                "anthropic-ratelimit-output-tokens-limit": "8000",
                "anthropic-ratelimit-output-tokens-remaining": "500",
                "anthropic-ratelimit-output-tokens-reset": "bald",
            ])
        #expect(
            report
                == RateLimitReport([
                    .requestsPerMinute: .init(limit: 50, remaining: 49, reset: .seconds(30)),
                    .inputTokensPerMinute: .init(limit: 40_000, remaining: 11_000),
                    .outputTokensPerMinute: .init(limit: 8000, remaining: 0),
                ]))
    }
}
