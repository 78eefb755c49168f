import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWUpstream

@Suite("Upstream exchange: clocks")
@GatewayLoop
struct UpstreamExchangeClockTests {
    private func expectTimeout(
        _ attempt: Attempt, after duration: Duration, _ reason: ErrorReason, notProcessed: Bool = false
    ) {
        attempt.scheduler.advance(by: duration - .nanoseconds(1))
        #expect(attempt.recorder.results.isEmpty)
        attempt.scheduler.advance(by: .nanoseconds(1))
        #expect(attempt.recorder.error?.reason == reason)
        #expect(attempt.recorder.error?.notProcessed == notProcessed)
        #expect(attempt.transport.commands.last == .cancel)
        #expect(attempt.scheduler.timerCount == 0)
        attempt.transport.deliver(.connected, .head(200), .text("data: [DONE]\n\n"), .finished(nil))
        #expect(attempt.recorder.results.count == 1, "what comes later changes nothing")
    }

    @Test func connect() throws {
        let attempt = try Attempt(stream: true)
        expectTimeout(attempt, after: .seconds(5), .timeoutConnect, notProcessed: true)
        #expect(attempt.recorder.error?.retry == .safe)
    }

    @Test("What left before the clock ran out is not called unprocessed, although the news of it is still on its way")
    func sentButNotYetTold() throws {
        let attempt = try Attempt(stream: true)
        #expect(attempt.transport.request?.permit.use() == true)
        attempt.scheduler.advance(by: .seconds(5))
        #expect(attempt.recorder.error?.notProcessed == false)
        #expect(attempt.recorder.error?.retry == .ambiguous)
    }

    @Test("What was called unprocessed does not leave any more")
    func givenUpBeforeItLeft() throws {
        let attempt = try Attempt(stream: true, deadline: .seconds(1))
        attempt.scheduler.advance(by: .seconds(1))
        #expect(attempt.recorder.error?.notProcessed == true)
        #expect(attempt.recorder.error?.retry == .safe)
        #expect(attempt.transport.request?.permit.use() == false)
    }

    @Test func firstToken() throws {
        let attempt = try Attempt(stream: true)
        attempt.connect()
        attempt.transport.deliver(.head(200))
        attempt.scheduler.advance(by: .seconds(19))
        attempt.transport.deliver(
            .text(": ping\n\n"), .text("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"))
        expectTimeout(attempt, after: .seconds(1), .timeoutFirstToken)
        #expect(attempt.recorder.error?.retry == .ambiguous)
    }

    @Test func idle() throws {
        let attempt = try Attempt(stream: true)
        attempt.connect()
        attempt.transport.deliver(.head(200))
        attempt.stream("巴")
        attempt.scheduler.advance(by: .seconds(9))
        attempt.stream("黎")
        attempt.scheduler.advance(by: .seconds(5))
        attempt.transport.deliver(.text(": ping\n\n"))
        expectTimeout(attempt, after: .seconds(5), .timeoutIdle)
    }

    @Test func total() throws {
        let attempt = try Attempt(stream: false)
        attempt.connect()
        expectTimeout(attempt, after: .seconds(100), .timeoutTotal)
    }

    @Test func deadlineBeforeAndAfterConnecting() throws {
        let early = try Attempt(stream: true, deadline: .seconds(1))
        expectTimeout(early, after: .seconds(1), .deadlineExceeded, notProcessed: true)
        #expect(early.recorder.error?.retry == .safe)
        let late = try Attempt(stream: true, deadline: .seconds(7))
        late.connect()
        expectTimeout(late, after: .seconds(7), .deadlineExceeded)
        #expect(late.recorder.error?.retry == .ambiguous)
    }

    @Test("An upstream that does not end after its end mark is cut off, to nobody's harm")
    func drain() throws {
        let attempt = try Attempt(stream: true)
        attempt.connect()
        attempt.transport.deliver(.head(200))
        attempt.stream("a")
        attempt.transport.deliver(.text("data: [DONE]\n\n"))
        #expect(attempt.recorder.answer != nil)
        attempt.scheduler.advance(by: .milliseconds(1999))
        #expect(attempt.transport.commands == [.start])
        attempt.scheduler.advance(by: .milliseconds(1))
        #expect(attempt.transport.commands == [.start, .cancel])
        #expect(attempt.recorder.results.count == 1)
    }

    @Test func whileWePauseNothingIsIdle() throws {
        let attempt = try Attempt(stream: true)
        attempt.connect()
        attempt.transport.deliver(.head(200))
        attempt.stream("a")
        attempt.exchange.pause()
        attempt.scheduler.advance(by: .seconds(60))
        #expect(attempt.recorder.results.isEmpty)
        attempt.exchange.resume()
        #expect(attempt.transport.commands == [.start, .pause, .resume])
        expectTimeout(attempt, after: .seconds(10), .timeoutIdle)
    }

    @Test("A transfer whose answer is complete goes on to its end, although the reader paused it")
    func anAnswerThatEndsWhilePaused() throws {
        let attempt = try Attempt(stream: true)
        attempt.connect()
        attempt.transport.deliver(.head(200))
        attempt.stream("a")
        attempt.exchange.pause()
        attempt.transport.deliver(.text("data: [DONE]\n\n"))
        #expect(attempt.recorder.answer != nil)
        #expect(attempt.transport.commands == [.start, .pause, .resume])
    }

    @Test("Chunks do not pile up timers")
    func oneTimer() throws {
        let attempt = try Attempt(stream: true)
        attempt.connect()
        attempt.transport.deliver(.head(200))
        for _ in 0..<50 {
            attempt.stream("a")
            attempt.scheduler.advance(by: .seconds(1))
            #expect(attempt.scheduler.timerCount == 1)
        }
    }
}
