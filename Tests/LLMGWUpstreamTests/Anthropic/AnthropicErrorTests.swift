import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Anthropic errors")
struct AnthropicErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var status: Int
        var body: UpstreamErrorBody
        var reason: ErrorReason
        var retry: Retry

        init(_ status: Int, _ body: UpstreamErrorBody, _ reason: ErrorReason, _ retry: Retry) {
            (self.status, self.body, self.reason, self.retry) = (status, body, reason, retry)
        }

        init(_ status: Int, _ reason: ErrorReason, _ retry: Retry) {
            self.init(status, UpstreamErrorBody(), reason, retry)
        }

        init(_ status: Int, _ type: String, _ reason: ErrorReason, _ retry: Retry) {
            self.init(status, UpstreamErrorBody(type: type), reason, retry)
        }

        init(_ status: Int, _ type: String, _ message: String, _ reason: ErrorReason, _ retry: Retry) {
            self.init(status, UpstreamErrorBody(type: type, message: message), reason, retry)
        }

        var testDescription: String { "\(status) \(body.type ?? "-") \(body.code ?? "-") \(body.message ?? "-")" }
    }

    @Test(arguments: [
        // As documented.
        Row(400, "invalid_request_error", "max_tokens: Field required", .upstreamInvalidRequest, .never),
        Row(401, "authentication_error", "invalid x-api-key", .authentication, .never),
        Row(402, "billing_error", .quotaExhausted, .never),
        Row(403, "permission_error", .upstreamPermissionDenied, .never),
        Row(404, "not_found_error", "model: claude-x", .modelNotFound, .never),
        Row(409, "conflict_error", .serverError, .ambiguous), Row(413, "request_too_large", .requestTooLarge, .never),
        Row(429, "rate_limit_error", "This request would exceed your account's rate limit.", .rateLimited, .after),
        Row(500, "api_error", "Internal server error", .serverError, .ambiguous),
        Row(504, "timeout_error", .timeoutTotal, .ambiguous),
        Row(529, "overloaded_error", "Overloaded", .overloaded, .safe),
        // One type for several things.
        Row(
            400, "invalid_request_error", "prompt is too long: 207791 tokens > 200000 maximum", .contextLengthExceeded,
            .never),
        Row(
            400, "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length",
            .contextLengthExceeded, .never),
        Row(
            400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.",
            .quotaExhausted,
            .never),
        Row(
            400, "invalid_request_error",
            "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.",
            .quotaExhausted, .never),
        Row(
            400, "invalid_request_error",
            "You have reached your specified workspace API usage limits. You will regain access on 2026-04-01.",
            .quotaExhausted, .never),
        Row(
            400, "invalid_request_error", "Output blocked by content filtering policy", .contentFiltered, .never),
        Row(
            429, .init(type: "rate_limit_error", code: "enforced_spend_limit_reached"), .quotaExhausted, .never),
        Row(
            429, "rate_limit_error", "Extra usage is required for long context requests.", .requestTooLarge, .never),
        // A phrase counts for its type alone.
        Row(500, "api_error", "prompt is too long", .serverError, .ambiguous),
        // The type says more than the status, also inside a stream, whose status is 200.
        Row(200, "timeout_error", .timeoutTotal, .ambiguous),
        Row(200, "overloaded_error", .overloaded, .safe), Row(200, "rate_limit_error", .rateLimited, .after),
        Row(200, "api_error", .serverError, .ambiguous), Row(200, "authentication_error", .authentication, .never),
        Row(200, "invalid_request_error", "prompt is too long: 2 > 1", .contextLengthExceeded, .never),
        Row(500, "overloaded_error", .overloaded, .safe),
        // Without a body: what stands before the API.
        Row(400, .upstreamInvalidRequest, .never), Row(401, .authentication, .never),
        Row(403, .upstreamPermissionDenied, .never), Row(404, .modelNotFound, .never),
        Row(408, .timeoutTotal, .ambiguous), Row(504, .timeoutTotal, .ambiguous), Row(413, .requestTooLarge, .never),
        Row(429, .rateLimited, .after), Row(500, .serverError, .ambiguous),
        Row(502, .serverError, .ambiguous), Row(503, .overloaded, .safe), Row(520, .serverError, .ambiguous),
        Row(529, .overloaded, .safe), Row(307, .upstreamProtocolError, .ambiguous),
        Row(200, .serverError, .ambiguous),
        // A type that nobody knows leaves it to the status.
        Row(400, "new_error", "prompt is too long", .contextLengthExceeded, .never),
        Row(418, "新", .upstreamInvalidRequest, .never), Row(529, "新", .overloaded, .safe),
    ])
    func table(_ row: Row) {
        let error = AnthropicDialect().error(
            status: row.status, row.body, head: nil, provider: ProviderSettings(name: "p", baseURL: ""))
        #expect(error.reason == row.reason)
        #expect(error.retry == row.retry)
        #expect(error.upstreamStatus == UInt32(row.status))
        #expect(error.origin == .upstream)
    }

    @Test(
        "When to ask again: what the header says, else what the message says",
        arguments: [
            ("You will regain access on 2026-04-01 at 00:00 UTC.", [:], .seconds(600)),
            ("You will regain access on 2026-04-01 at 00:30 UTC.", [:], .seconds(2400)),
            ("You will regain access on 2026-04-01.", [:], .seconds(600)),
            ("You will regain access on 2026-03-01 at 00:00 UTC.", [:], nil),
            ("You will regain access on 2027-04-01 at 00:00 UTC.", [:], .seconds(31 * 86_400)),
            ("regain access on", [:], nil), ("regain access on soon", [:], nil), ("慢", [:], nil), ("", [:], nil),
            ("慢", ["retry-after": "7"], .seconds(7)),
            ("You will regain access on 2026-04-01.", ["retry-after": "7"], .seconds(7)),
        ] as [(String, [String: String], Duration?)])
    func retryAfter(message: String, fields: [String: String], expected: Duration?) {
        let date = (name: "date", value: "Tue, 31 Mar 2026 23:50:00 GMT")
        let head = HTTPHead(status: 400, fields: [date] + fields.map { (name: $0.key, value: $0.value) })
        let body = UpstreamErrorBody(type: "invalid_request_error", message: message)
        #expect(AnthropicDialect().retryAfter(head, body) == expected)
    }

    @Test("Words mean reasons that have an entry; phrases are in lower case, as messages are compared")
    func tablesAreWellFormed() {
        for (word, reason) in AnthropicErrorClassifier.words { #expect(reason.entry != nil, "\(word)") }
        for (_, phrase, _) in AnthropicErrorClassifier.phrases { #expect(phrase == phrase.lowercased()) }
    }
}
