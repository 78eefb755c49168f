import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Upstream errors")
struct ErrorClassifierTests {
    private let provider = ProviderSettings(
        name: "p", baseURL: "https://example.org", key: Secret("hush-key-1"),
        headers: [.init(name: "X", value: Secret("hush-header"))])

    private func error(_ status: Int, _ body: UpstreamErrorBody, head: HTTPHead? = nil) -> GatewayError {
        OpenAIDialect().error(status: status, body, head: head, provider: provider)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var status: Int
        var body: UpstreamErrorBody
        var reason: ErrorReason
        var retry: Retry

        init(_ status: Int, _ reason: ErrorReason, _ retry: Retry) {
            self.init(status, UpstreamErrorBody(), reason, retry)
        }

        init(_ status: Int, _ body: UpstreamErrorBody, _ reason: ErrorReason, _ retry: Retry) {
            (self.status, self.body, self.reason, self.retry) = (status, body, reason, retry)
        }

        var testDescription: String { "\(status) \(body.type ?? "-") \(body.code ?? "-") \(body.message ?? "-")" }
    }

    @Test(arguments: [
        // By the status alone.
        Row(400, .upstreamInvalidRequest, .never), Row(401, .authentication, .never), Row(402, .quotaExhausted, .never),
        Row(403, .upstreamPermissionDenied, .never), Row(404, .modelNotFound, .never),
        Row(408, .timeoutTotal, .ambiguous), Row(504, .timeoutTotal, .ambiguous), Row(522, .timeoutTotal, .ambiguous),
        Row(523, .serverError, .ambiguous), Row(524, .timeoutTotal, .ambiguous),
        Row(409, .serverError, .ambiguous), Row(413, .requestTooLarge, .never),
        Row(418, .upstreamInvalidRequest, .never),
        Row(422, .upstreamInvalidRequest, .never), Row(429, .rateLimited, .after), Row(500, .serverError, .ambiguous),
        Row(502, .serverError, .ambiguous), Row(503, .overloaded, .safe), Row(529, .overloaded, .safe),
        Row(302, .upstreamProtocolError, .ambiguous), Row(200, .serverError, .ambiguous),
        // The code says more than the status.
        Row(429, .init(code: "insufficient_quota"), .quotaExhausted, .never),
        Row(429, .init(type: "insufficient_quota"), .quotaExhausted, .never),
        Row(429, .init(type: "tokens", code: "rate_limit_exceeded"), .rateLimited, .after),
        Row(429, .init(code: "rate_limit_exceeded", message: "Request too large for gpt"), .requestTooLarge, .never),
        Row(429, .init(message: "Request too large"), .requestTooLarge, .never),
        Row(429, .init(code: "slow_down"), .overloaded, .safe),
        Row(400, .init(type: "invalid_request_error", code: "context_length_exceeded"), .contextLengthExceeded, .never),
        Row(400, .init(message: "This model's Maximum Context Length is 8"), .contextLengthExceeded, .never),
        Row(400, .init(message: "the request exceeds the available context size"), .contextLengthExceeded, .never),
        Row(400, .init(code: "content_policy_violation"), .contentFiltered, .never),
        Row(400, .init(code: "content_filter", message: "x"), .contentFiltered, .never),
        // What one prompt is refused for says nothing of the model: it must not close it for everybody.
        Row(
            403, .init(type: "invalid_request_error", code: "misalignment_policy_violation"), .contentFiltered, .never),
        Row(400, .init(type: "invalid_request_error", code: "cyber_policy"), .contentFiltered, .never),
        Row(400, .init(code: "bio_policy", message: "这个问题不能回答"), .contentFiltered, .never),
        Row(400, .init(code: "model_not_found"), .modelNotFound, .never),
        Row(403, .init(code: "unsupported_country_region_territory"), .upstreamPermissionDenied, .never),
        Row(500, .init(type: "overloaded_error"), .overloaded, .safe),
        Row(200, .init(type: "server_error"), .serverError, .ambiguous),
        Row(200, .init(code: "rate_limit_exceeded"), .rateLimited, .after),
        Row(200, .init(type: "authentication_error"), .authentication, .never),
        // A code that nobody knows leaves it to the type, and then to the status.
        Row(400, .init(type: "server_error", code: "E77"), .serverError, .ambiguous),
        Row(404, .init(type: "?", code: "E77"), .modelNotFound, .never),
    ])
    func table(_ row: Row) {
        let error = error(row.status, row.body)
        #expect(error.reason == row.reason)
        #expect(error.retry == row.retry)
        #expect(error.upstreamStatus == UInt32(row.status))
        #expect(error.origin == .upstream)
    }

    // MARK: Retry-After

    private func head(_ fields: [(String, String)]) -> HTTPHead {
        HTTPHead(status: 429, fields: fields.map { (name: $0.0, value: $0.1) })
    }

    @Test(
        arguments: [
            ([], nil), ([("retry-after", "3")], .seconds(3)), ([("retry-after", "0.25")], .milliseconds(250)),
            ([("retry-after", "0")], .zero), ([("retry-after", "-1")], nil), ([("retry-after", "soon")], nil),
            ([("retry-after", "nan")], nil), ([("retry-after", "inf")], nil),
            ([("retry-after", "1e30")], .seconds(31 * 86_400)), ([("retry-after-ms", "1500")], .milliseconds(1500)),
            ([("retry-after-ms", "20"), ("retry-after", "9")], .milliseconds(20)),
            ([("retry-after-ms", "x"), ("retry-after", "9")], .seconds(9)),
            (
                [("retry-after", "Wed, 21 Oct 2015 07:28:10 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")],
                .seconds(10)
            ),
            ([("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")], nil),
            // Where the answer has no date that can be read, our clock's counts.
            ([("retry-after", "Wed, 21 Oct 2015 07:28:10 GMT")], .seconds(25)),
            ([("retry-after", "Wed, 21 Oct 2015 07:28:10 GMT"), ("date", "heute")], .seconds(25)),
            ([("retry-after", "Wed, 21 Oct 2015 07:27:40 GMT")], nil),
        ] as [([(String, String)], Duration?)])
    func retryAfter(fields: [(String, String)], expected: Duration?) {
        var head = head(fields)
        // 07:27:45.
        head.received = UnixTime(milliseconds: 1_445_412_465_000)
        #expect(head.retryAfter == expected)
    }

    @Test func aDateSaysNothingToThoseWhoHaveNoClock() {
        #expect(head([("retry-after", "Wed, 21 Oct 2015 07:28:10 GMT")]).retryAfter == nil)
    }

    @Test(
        "A time that only the message tells",
        arguments: [
            (
                "Rate limit reached for 模型. Please try again in 41.724s. Visit https://example.org",
                .milliseconds(41_724)
            ),
            ("please TRY AGAIN IN 20ms.", .milliseconds(20)), ("try again in 6m0s", .seconds(360)),
            ("Try again in 1h2m3.5s, please", .milliseconds(3_723_500)), ("try again in 5 seconds.", .seconds(5)),
            ("try again in 1 minute", .seconds(60)), ("try again in 999999999999h", .seconds(31 * 86_400)),
            ("try again in", nil), ("try again in a while", nil), ("try again in 5", nil),
            ("try again in 5 turns", nil),
            ("try again in 1.2.3s", nil), ("try again in s", nil), ("try again in ٣s", nil), ("", nil),
        ] as [(String, Duration?)])
    func retryAfterInTheMessage(message: String, expected: Duration?) {
        #expect(OpenAIDialect().retryAfter(head([]), .init(message: message)) == expected)
        #expect(
            OpenAIDialect().retryAfter(head([("retry-after", "1")]), .init(message: message)) == .seconds(1),
            "what the header says is meant for programs")
    }

    @Test("A stated time makes a repetition worth it, except where it never is")
    func retryAfterDecides() {
        func retry(_ status: Int) -> Retry {
            error(status, .init(), head: head([("retry-after", "2")])).retry
        }
        #expect(retry(429) == .after)
        #expect(retry(503) == .after)
        #expect(retry(500) == .ambiguous, "it may have been processed all the same")
        #expect(retry(401) == .never)
    }

    @Test(
        "What the upstream says of repeating it comes before its class",
        arguments: [
            (500, "false", .never), (503, "false", .never), (429, "false", .never), (400, "true", .safe),
            (500, "true", .ambiguous), (503, "true", .safe), (503, "perhaps", .safe), (402, "true", .never),
        ] as [(Int, String, Retry)])
    func shouldRetry(status: Int, word: String, expected: Retry) {
        #expect(error(status, .init(), head: head([("x-should-retry", word)])).retry == expected)
    }

    @Test func aRepetitionThatIsWantedAtATime() {
        let later = head([("x-should-retry", "true"), ("retry-after", "2")])
        #expect(error(409, .init(), head: later).retryAfter == .seconds(2))
        #expect(error(400, .init(), head: later).retry == .after)
    }

    // MARK: Messages

    @Test("The upstream's words are passed on without keys")
    func message() {
        func message(_ text: String?, status: Int = 401, code: String? = nil) -> String {
            error(status, .init(code: code, message: text)).message
        }
        #expect(
            message("密钥 hush-key-1 无效, also sk-abcdefgh, and hush-header")
                == "the upstream says: 密钥 **** 无效, also ****, and ****")
        #expect(message(nil) == "the upstream refused the request")
        #expect(message("") == "the upstream refused the request")
        #expect(message("you said: …", status: 400, code: "content_filter") == "the upstream refused the request")
        #expect(message("Moved", status: 301).hasPrefix("the upstream redirects"))
    }
}

@Suite("Secret mask")
struct SecretMaskTests {
    @Test(arguments: [
        ("nothing secret", "nothing secret"), ("key=sk-proj-abc.", "key=****"), ("SK-ABCDEFG", "****"),
        ("Incorrect API key provided: sk-ab****wxyz. See", "Incorrect API key provided: **** See"),
        ("gsk_12345678", "****"), ("sk-", "sk-"), ("risk-free", "risk-free"), ("(xai-123456)", "(****)"),
        ("密钥sk-123456，无效", "密钥****，无效"),
    ])
    func keys(text: String, masked: String) {
        #expect(SecretMask.mask(text, secrets: []) == masked)
    }

    @Test func knownSecretsVanishEverywhere() {
        let secrets = [Secret("pass word"), Secret("键键"), Secret("abc")]
        #expect(SecretMask.mask("a pass word, apass words, 键键键", secrets: secrets) == "a ****, a****s, ****键")
        #expect(SecretMask.mask("abc", secrets: secrets) == "abc", "what is shorter than four bytes is no secret")
    }

    @Test("Long texts are cut between characters")
    func limit() {
        for text in [
            String(repeating: "长", count: 500), String(repeating: "👩‍👩‍👧", count: 100), String(repeating: "x", count: 501),
        ] {
            let masked = SecretMask.mask(text, secrets: [])
            #expect(masked.hasSuffix("…"))
            #expect(masked.utf8.count <= 503)
            #expect(text.hasPrefix(masked.dropLast()))
        }
        let exact = String(repeating: "x", count: 500)
        #expect(SecretMask.mask(exact, secrets: []) == exact)
    }
}
