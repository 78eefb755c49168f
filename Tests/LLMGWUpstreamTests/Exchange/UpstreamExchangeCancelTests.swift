import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWUpstream

@Suite("Upstream exchange: cancelling")
@GatewayLoop
struct UpstreamExchangeCancelTests {
    @Test("In every phase the transfer is dropped and nothing more is heard", arguments: 0...3)
    func phases(phase: Int) throws {
        let attempt = try Attempt(stream: true)
        if phase > 0 { attempt.connect() }
        if phase > 1 { attempt.transport.deliver(.head(200)) }
        if phase > 2 { attempt.stream("巴") }
        let heard = attempt.recorder.texts
        attempt.exchange.cancel()
        #expect(attempt.transport.commands == [.start, .cancel])
        attempt.stream("黎")
        attempt.transport.deliver(.text("data: [DONE]\n\n"), .finished(nil))
        attempt.scheduler.advance(by: .seconds(2000))
        #expect(attempt.recorder.results.isEmpty)
        #expect(attempt.recorder.texts == heard)
        attempt.exchange.cancel()
        attempt.exchange.pause()
        attempt.exchange.resume()
        #expect(attempt.transport.commands == [.start, .cancel])
        #expect(attempt.scheduler.timerCount == 0)
    }

    @Test("A receiver may cancel from within a chunk")
    func fromWithin() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200))
        attempt.recorder.onChunk = { attempt.exchange.cancel() }
        attempt.transport.deliver(
            .text(
                "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}},{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n"),
            .text("data: {\"choices\":[{\"delta\":{\"content\":\"c\"}}]}\n\ndata: [DONE]\n\n"))
        #expect(attempt.recorder.texts == ["a"])
        #expect(attempt.recorder.results.isEmpty)
        attempt.recorder.onChunk = nil
    }

    @Test func afterTheEndNothingIsCancelledTwice() throws {
        let attempt = try Attempt(stream: true)
        attempt.transport.deliver(.connected, .head(200))
        attempt.stream("巴")
        attempt.transport.deliver(.text("data: [DONE]\n\n"), .finished(nil))
        attempt.exchange.cancel()
        #expect(attempt.transport.commands == [.start])
        #expect(attempt.recorder.results.count == 1)
    }
}
