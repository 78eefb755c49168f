import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWUpstream

/// What an exchange makes of the dialect; clocks and transfers are the same for all.
@Suite("Anthropic exchanges")
@GatewayLoop
struct AnthropicExchangeTests {
    private let transport = ScriptedTransport()
    private let recorder = AttemptRecorder()
    private let scheduler = ManualScheduler()

    private func start(_ operation: UpstreamOperation) throws(GatewayError) -> UpstreamExchange {
        let provider = ProviderSettings(name: "p", kind: .anthropic, baseURL: "http://127.0.0.1:1/v1")
        return try UpstreamClient(driver: transport, scheduler: scheduler)
            .start(
                operation, provider: provider, upstreamModel: "m", deadline: scheduler.now + .seconds(100),
                receiver: recorder)
    }

    private func chat(stream: Bool) throws(GatewayError) -> UpstreamExchange {
        try start(.chat(ChatRequest(messages: [.user("你好")], sampling: Sampling(maxTokens: 9), stream: stream)))
    }

    private func event(_ json: String) -> HTTPEvent { .text("event: x\ndata: \(json)\n\n") }
    private func text(_ text: String) -> HTTPEvent {
        event(#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#(text)"}}"#)
    }

    @Test func aWholeAnswer() throws {
        let exchange = try chat(stream: false)
        #expect(transport.request?.url == "http://127.0.0.1:1/v1/messages")
        let limit = (name: "anthropic-ratelimit-requests-remaining", value: "7")
        transport.deliver(
            .connected, .head(200, (name: "request-id", value: "req_1"), limit),
            .text(#"{"content":[{"type":"text","text":"巴黎"}]}"#), .finished(nil))
        let answer = try #require(recorder.answer)
        guard case .chat(let reply) = answer.body else {
            Issue.record("no chat")
            return
        }
        #expect(reply.text == "巴黎")
        #expect(answer.upstreamID == "req_1")
        #expect(exchange.head?[limit.name] == "7", "the state of the limits can be read when the answer is there")
    }

    @Test("A ping is no content; message_stop is the end")
    func aStream() throws {
        let exchange = try chat(stream: true)
        transport.deliver(.connected, .head(200))
        transport.deliver(event(#"{"type":"message_start","message":{"id":"msg_1"}}"#), event(#"{"type":"ping"}"#))
        #expect(recorder.texts.isEmpty)
        scheduler.advance(by: .seconds(2))
        transport.deliver(text("巴"), text("黎"))
        #expect(recorder.results.isEmpty)
        transport.deliver(event(#"{"type":"message_stop"}"#))
        #expect(recorder.texts == ["巴", "黎"])
        let answer = try #require(recorder.answer)
        #expect(answer.firstContent == .seconds(2))
        #expect(answer.upstreamID == "msg_1")
        exchange.cancel()
    }

    @Test("A stream that ends without message_stop is broken, also after its stop_reason")
    func truncated() throws {
        let exchange = try chat(stream: true)
        transport.deliver(.connected, .head(200), text("巴"))
        transport.deliver(event(#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#), .finished(nil))
        #expect(recorder.error?.reason == .streamTruncated)
        #expect(recorder.error?.message.contains("message_stop") == true)
        exchange.cancel()
    }

    @Test(
        "An error inside a 200 is an error",
        arguments: [
            (
                true, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
                .overloaded
            ),
            (true, "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\"}}", .rateLimited),
            (false, "{\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}", .serverError),
            (true, "data: [DONE]\n\n", .upstreamProtocolError), (false, "{\"choices\":[]}", .upstreamProtocolError),
        ] as [(Bool, String, ErrorReason)])
    func errorInside200(isStream: Bool, body: String, reason: ErrorReason) throws {
        let exchange = try chat(stream: isStream)
        transport.deliver(.connected, .head(200), .text(body), .finished(nil))
        #expect(recorder.results.count == 1)
        #expect(recorder.error?.reason == reason)
        exchange.cancel()
    }

    @Test func aRateLimit() throws {
        let exchange = try chat(stream: false)
        transport.deliver(
            .connected, .head(429, (name: "retry-after", value: "7"), (name: "request-id", value: "r")),
            .text(#"{"type":"error","error":{"type":"rate_limit_error","message":"慢"}}"#), .finished(nil))
        #expect(recorder.error?.reason == .rateLimited)
        #expect(recorder.error?.retryAfter == .seconds(7))
        #expect(recorder.error?.message == "the upstream says: 慢")
        exchange.cancel()
    }

    @Test func nothingIsSentForWhatTheAPIDoesNotHave() {
        #expect(throws: GatewayError.self) { try start(.complete(CompleteRequest(prompt: "a"))) }
        #expect(transport.commands.isEmpty)
    }
}
