import LLMGWCore
import Testing

@Suite("Gateway error")
struct GatewayErrorTests {
    @Test("The table decides code, repetition, origin and advice", arguments: ErrorReason.table.map(\.reason))
    func tabled(reason: ErrorReason) throws {
        let entry = try #require(reason.entry)
        let error = GatewayError(reason, "消息")
        #expect(error.code == entry.code)
        #expect(error.code != .ok)
        #expect(error.retry == entry.retry)
        #expect(error.suggestion == entry.suggestion)
        #expect(error.shortDescription == reason.name)
        #expect(error.description.hasPrefix("\(reason.name): 消息"))
        let word = reason.name.split(separator: ".")[1]
        #expect(error.notProcessed == (word == "client" && reason != .cancelled))
        let origin: Origin =
            switch word {
            case "client", "protocol": .client
            case "upstream": .upstream
            default: .gateway
            }
        #expect(error.origin == origin)
    }

    @Test("Advice is a plain sentence", arguments: ErrorReason.table.map(\.suggestion).filter { !$0.isEmpty })
    func advice(suggestion: String) {
        #expect(suggestion.hasSuffix("."))
        #expect(suggestion.first?.isUppercase == true)
    }

    @Test func aReasonOfAnotherVersionIsKept() {
        let error = GatewayError(ErrorReason("llmgw.client.from_the_future"), "m")
        #expect(error.reason.entry == nil)
        #expect(error.reason.name == "llmgw.client.from_the_future")
        #expect(error.code == .unknown)
        #expect(error.retry == .unspecified)
        #expect(error.origin == .client)
    }

    @Test func unknownCodesHaveANameToo() {
        #expect(StatusCode(77).description == "CODE_77")
        #expect(StatusCode.resourceExhausted.description == "RESOURCE_EXHAUSTED")
    }

    @Test func descriptionNamesTheUpstreamStatus() {
        var error = GatewayError(.rateLimited, "slow")
        error.upstreamStatus = 429
        #expect(error.description == "llmgw.upstream.rate_limited: slow (HTTP 429). Wait for the stated time.")
    }

    @Test(arguments: ["slow?", "太快了。"])
    func descriptionLeavesTheEndOfASentenceAlone(message: String) {
        let error = GatewayError(.rateLimited, message)
        #expect(error.description == "llmgw.upstream.rate_limited: \(message) Wait for the stated time.")
    }
}
