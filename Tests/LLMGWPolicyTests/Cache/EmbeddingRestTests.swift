import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("The rest after failed embeddings")
struct EmbeddingRestTests {
    private let late = GatewayError(.deadlineExceeded, "zu spät")

    @Test func severalInARowAreEnough() {
        var rest = EmbeddingRest()
        rest.failed(late, now: at(0))
        rest.failed(GatewayError(.serverError, "坏了"), now: at(1))
        #expect(rest.allows(now: at(1)))
        rest.succeeded()
        for time in 2...3 { rest.failed(late, now: at(Double(time))) }
        #expect(rest.allows(now: at(3)), "not in a row")
        rest.failed(late, now: at(4))
        #expect(!rest.allows(now: at(4)) && !rest.allows(now: at(33.9)))
        #expect(rest.allows(now: at(34)))
        rest.failed(late, now: at(35))
        #expect(!rest.allows(now: at(64)), "one more is enough now")
        rest.succeeded()
        #expect(rest.allows(now: at(64)), "it was under way, and is there")
    }

    @Test func whatIsTheCallersOwnDoesNotCount() {
        var rest = EmbeddingRest()
        var queued = late
        queued.notProcessed = true
        for error in [queued, GatewayError(.budgetExhausted, ""), GatewayError(.queueFull, "")] {
            for _ in 0..<5 { rest.failed(error, now: at(0)) }
        }
        #expect(rest.allows(now: at(0)))
    }
}
