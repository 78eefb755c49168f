import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWUpstream

@Suite("Upstream exchange: answers")
@GatewayLoop
struct UpstreamExchangeAnswerTests {
    @Test func aWholeAnswer() throws {
        let attempt = try Attempt(stream: false)
        #expect(attempt.transport.request?.url == "http://127.0.0.1:1/chat/completions")
        attempt.connect()
        attempt.scheduler.advance(by: .seconds(3))
        attempt.transport.deliver(
            .head(200), .text(#"{"id":"c1","choices":[{"message":{"content":"巴"#), .text(#"黎"}}]}"#))
        #expect(attempt.recorder.results.isEmpty)
        attempt.scheduler.advance(by: .seconds(1))
        attempt.transport.deliver(.finished(nil))
        let answer = try #require(attempt.recorder.answer)
        guard case .chat(let reply) = answer.body else {
            Issue.record("no chat")
            return
        }
        #expect(reply.text == "巴黎")
        #expect(answer.firstContent == .seconds(3))
        #expect(answer.upstreamTime == .seconds(4))
        #expect(answer.upstreamID == "c1")
        #expect(attempt.recorder.connections == 1)
        #expect(attempt.scheduler.timerCount == 0)
        #expect(attempt.transport.commands == [.start])
    }

    @Test("A date without a date of the answer is compared with the clock's")
    func aDateToAskAgain() throws {
        let attempt = try Attempt(stream: false)
        attempt.connect()
        attempt.transport.deliver(
            .head(503, (name: "retry-after", value: "Wed, 21 Oct 2015 07:28:10 GMT")), .finished(nil))
        #expect(attempt.recorder.error?.retryAfter == .seconds(10))
    }

    @Test func aStream() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200, (name: "x-request-id", value: "r1")))
        attempt.transport.deliver(.text(": ping\n\n"))
        attempt.scheduler.advance(by: .seconds(2))
        attempt.stream("巴")
        attempt.scheduler.advance(by: .seconds(3))
        attempt.stream("黎")
        attempt.transport.deliver(.text("data: [DONE]\n\n"))
        #expect(attempt.recorder.texts == ["巴", "黎"])
        let answer = try #require(attempt.recorder.answer, "the end mark is the end; the transfer's own comes later")
        #expect(answer.firstContent == .seconds(2))
        #expect(answer.upstreamTime == .seconds(5))
        #expect(answer.upstreamID == "r1")
        attempt.transport.deliver(.finished(nil))
        #expect(attempt.recorder.results.count == 1)
        #expect(attempt.scheduler.timerCount == 0)
    }

    @Test func aStreamOfCompletions() throws {
        let attempt = try Attempt(.complete(CompleteRequest(prompt: "从", stream: true)))
        attempt.transport.deliver(
            .connected, .head(200), .text("data: {\"choices\":[{\"text\":\"前\"}]}\n\ndata: [DONE]\n\n"))
        #expect(attempt.recorder.texts == ["前"])
        #expect(attempt.recorder.answer != nil)
    }

    @Test("A stream that ends before its end mark is broken")
    func missingDone() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200))
        attempt.stream("巴")
        attempt.transport.deliver(.finished(nil))
        #expect(attempt.recorder.texts == ["巴"])
        #expect(attempt.recorder.error?.reason == .streamTruncated)
    }

    @Test func anEndMarkWithoutALineEndIsOne() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200))
        attempt.stream("巴")
        attempt.transport.deliver(.text("data: [DONE]"), .finished(nil))
        #expect(attempt.recorder.answer != nil)
    }

    @Test(
        "An error inside a 200 is an error",
        arguments: [
            (true, "data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}\n\n", .rateLimited),
            (true, "event: error\ndata: {\"error\":{\"type\":\"overloaded_error\"}}\n\n", .overloaded),
            (true, "{\"error\":{\"code\":\"insufficient_quota\"}}", .quotaExhausted),
            (true, "{\n  \"error\": {\n    \"code\": \"invalid_api_key\"\n  }\n}\n", .authentication),
            (true, "<html>busy</html>", .upstreamProtocolError), (true, "data: <html>\n\n", .upstreamProtocolError),
            (true, "", .streamTruncated), (false, "{\"error\":{\"code\":\"server_error\"}}", .serverError),
            (false, "{\"error\":\"bad\"}", .serverError), (false, "", .upstreamProtocolError),
            (false, "<html>", .upstreamProtocolError), (false, "data: [DONE]\n\n", .upstreamProtocolError),
        ] as [(Bool, String, ErrorReason)])
    func errorInside200(isStream: Bool, body: String, reason: ErrorReason) throws {
        let attempt = try Attempt(stream: isStream)
        attempt.transport.deliver(.connected, .head(200), .text(body), .finished(nil))
        #expect(attempt.recorder.results.count == 1)
        #expect(attempt.recorder.error?.reason == reason)
        #expect(attempt.recorder.error?.notProcessed == false)
    }

    @Test func anErrorInTheMiddleEndsTheTransfer() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200))
        attempt.stream("巴")
        attempt.transport.deliver(.text("data: {\"error\":{\"message\":\"坏\"}}\n\n"))
        attempt.stream("黎")
        #expect(attempt.recorder.texts == ["巴"])
        #expect(attempt.recorder.error?.message == "the upstream says: 坏")
        #expect(attempt.transport.commands == [.start, .cancel])
    }

    @Test func anErrorStatusIsClassified() throws {
        for isStream in [false, true] {
            let attempt = try Attempt(stream: isStream)
            attempt.transport.deliver(
                .connected, .head(429, (name: "retry-after", value: "3")), .text("{\"error\":{\"message\":\"slow\"}}"),
                .finished(nil))
            #expect(attempt.recorder.error?.reason == .rateLimited)
            #expect(attempt.recorder.error?.retryAfter == .seconds(3))
            #expect(attempt.recorder.error?.upstreamStatus == 429)
        }
    }

    @Test("A line above the limit is no event stream")
    func endlessLine() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200))
        for _ in 0..<17 { attempt.transport.deliver(.body([UInt8](repeating: 97, count: 64 << 10))) }
        #expect(attempt.recorder.error?.reason == .upstreamProtocolError)
        #expect(attempt.transport.commands == [.start, .cancel])
    }

    @Test func aRequestThatCannotBeSaidIsNotSent() {
        let error = #expect(throws: GatewayError.self) { try Attempt(.chat(ChatRequest(messages: []))) }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.notProcessed == true)
    }

    @Test(
        "What the transport says, in the caller's words",
        arguments: [
            (.resolve, false, .dnsFailed, .safe), (.connect, false, .connectFailed, .safe),
            (.connectTimeout, false, .timeoutConnect, .safe), (.tls, false, .tlsFailed, .safe),
            (.tlsVerification, false, .tlsVerificationFailed, .never), (.lost, true, .connectionLost, .ambiguous),
            (.truncated, true, .streamTruncated, .ambiguous), (.malformed, true, .upstreamProtocolError, .ambiguous),
            (.setup, false, .internalError, .never),
            (.shortage, false, .outOfResources, .safe),
        ] as [(TransportFailure.Kind, Bool, ErrorReason, Retry)])
    func transportFailures(kind: TransportFailure.Kind, sent: Bool, reason: ErrorReason, retry: Retry) throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.finished(TransportFailure(kind, "细节", sent: sent)))
        #expect(attempt.recorder.error?.reason == reason)
        #expect(attempt.recorder.error?.retry == retry)
        #expect(attempt.recorder.error?.message == "细节")
        #expect(attempt.recorder.error?.notProcessed == !sent)
        #expect(attempt.scheduler.timerCount == 0)
    }
}
