import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Failure table")
struct FailureTableTests {
    private let table = FailureTable.standard
    private static let reasons = ErrorReason.table.map(\.reason)

    @Test func hasARowForEveryReasonInTheOrderOfTheReasons() {
        #expect(table.rules.map(\.reason) == Self.reasons)
    }

    @Test("Only an upstream's failures count against it", arguments: reasons)
    func whoIsToBlame(reason: ErrorReason) throws {
        let rule = table[reason]
        let isUpstreams = reason.name.hasPrefix("llmgw.upstream.")
        if !isUpstreams {
            #expect(rule.breaker == .neutral && rule.gate == nil)
            #expect(rule.repetition == .never && rule.fallback == .never)
        }
        if rule.isConnectionFailure {
            #expect(rule.breaker == .failure && rule.settlement == .refund, "what was not sent is not charged")
        }
        // A class that the protocol calls hopeless is not repeated, and of the upstreams' every other is.
        let isHopeless = try #require(reason.entry).retry == .never
        if isUpstreams || isHopeless { #expect(isHopeless == (rule.repetition == .never)) }
        #expect((rule.fallback.chain == nil) == (rule.fallback == .never || rule.fallback == .optIn))
    }

    @Test func theThreeMeaningsOf429() {
        #expect(table[.rateLimited].repetition == .paced)
        #expect(table[.rateLimited].breaker == .reachable, "too many requests are no failure of the upstream")
        #expect(table[.quotaExhausted].repetition == .never)
        #expect(table[.quotaExhausted].fallback.chain == .general)
        #expect(table[.requestTooLarge].repetition == .never)
        #expect(table[.requestTooLarge].fallback.chain == .contextWindow)
    }

    @Test func aWordOfAnotherVersionDoesLeast() {
        let rule = table[ErrorReason("llmgw.upstream.来自未来")]
        #expect(rule.repetition == .never && rule.fallback == .never && rule.breaker == .neutral && rule.gate == nil)
        #expect(rule.settlement == .requestAndTokensIfSent)
    }

    @Test func gatesKeepTheTimeTheUpstreamNames() throws {
        func until(_ reason: ErrorReason, _ hint: Duration?) -> MonotonicInstant? {
            var error = GatewayError(reason, "")
            error.retryAfter = hint
            return table[reason].gate?.until(after: error, now: at(0))
        }
        #expect(until(.rateLimited, .seconds(7)) == at(7))
        #expect(until(.rateLimited, .seconds(86_400)) == at(3600))
        #expect(until(.rateLimited, nil) == at(1))
        #expect(until(.rateLimited, .seconds(-5)) == at(1), "a time that has passed names none")
        #expect(until(.quotaExhausted, .seconds(86_400)) == at(86_400))
        #expect(until(.quotaExhausted, nil) == at(900))
        #expect(until(.authentication, nil) == at(300))
        #expect(until(.overloaded, .seconds(30)) == at(30))
        #expect(until(.overloaded, nil) == nil)
        #expect(until(.serverError, .seconds(30)) == nil)
    }

    @Test func overridesChangeOneClass() throws {
        let table = try FailureTable(overrides: [
            "llmgw.upstream.server_error": .init(maxAttempts: 1),
            "llmgw.upstream.content_filtered": .init(fallback: true),
            "llmgw.upstream.model_not_found": .init(fallback: false),
        ])
        #expect(table[.serverError].maxAttempts == 1)
        #expect(table[.contentFiltered].fallback.chain == .content)
        #expect(table[.modelNotFound].fallback == .never)
        #expect(table[.overloaded] == FailureTable.standard[.overloaded])
    }

    @Test func wrongOverridesAreRefused() {
        func refusal(_ name: String, _ override: FailureTable.Override) -> FailureTable.OverrideError? {
            do throws(FailureTable.OverrideError) {
                _ = try FailureTable(overrides: [name: override])
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal("llmgw.upstream.nonsense", .init()) == .unknownReason("llmgw.upstream.nonsense"))
        #expect(
            refusal("llmgw.gateway.queue_full", .init(maxAttempts: 2)) == .unknownReason("llmgw.gateway.queue_full"))
        #expect(
            refusal("llmgw.upstream.quota_exhausted", .init(maxAttempts: 2)) == .neverRepeated(.quotaExhausted))
        #expect(refusal("llmgw.upstream.overloaded", .init(maxAttempts: 0)) == .attemptsNotPositive(.overloaded))
        #expect(
            refusal("llmgw.upstream.invalid_request", .init(fallback: true)) == .neverFallsBack(.upstreamInvalidRequest)
        )
    }

    @Test func printsEveryRow() {
        let lines = table.markdown.split(separator: "\n")
        #expect(lines.count == Self.reasons.count + 2)
        for (line, reason) in zip(lines.dropFirst(2), Self.reasons) {
            #expect(line.hasPrefix("| `\(reason.name)` | "))
            #expect(line.count { $0 == "|" } == 7)
        }
        #expect(
            table.markdown.contains(
                "| `llmgw.upstream.rate_limited` | paced | any | reachable | request, and tokens where the provider counts failed "
                    + "requests | deployment: the time it names, at most 3600 s, else 1 s |"))
    }
}
