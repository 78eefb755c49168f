import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    private func decide(
        _ reason: ErrorReason, hint: Duration? = nil, notProcessed: Bool = false, retry: Retry? = nil,
        policy: RetryPolicy = RetryPolicy(),
        budget: RetryBudgetSettings = RetryBudgetSettings(), seed: UInt64 = 1,
        _ change: (inout RetryContext) -> Void = { _ in }
    ) -> RetryDecision {
        var error = GatewayError(reason, "上游出错")
        error.retryAfter = hint
        error.notProcessed = notProcessed
        if let retry { error.retry = retry }
        var context = RetryContext(attempts: 1, attemptsOnTarget: 1, deadline: at(600))
        change(&context)
        var budget = RetryBudget(settings: budget)
        var random = SeededRandom(seed: seed)
        return policy.decide(after: error, context, budget: &budget, now: at(0), using: &random)
    }

    private func retryAt(_ decision: RetryDecision) -> MonotonicInstant? {
        if case .retry(let at) = decision { at } else { nil }
    }

    @Test(
        "Waits are random over the whole range, which doubles up to its bound",
        arguments: [
            (1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (60, 8.0),
        ])
    func fullJitter(attempt: Int, longest: Double) throws {
        let policy = RetryPolicy(settings: RetrySettings(maxAttemptsPerTarget: 100, maxAttempts: 100))
        let waits = try (1...300 as ClosedRange<UInt64>).map { seed in
            let decision = decide(.serverError, policy: policy, seed: seed) {
                $0.attempts = attempt
                $0.attemptsOnTarget = attempt
            }
            return try #require(retryAt(decision)) - at(0)
        }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(longest) })
        #expect(waits.contains { $0 < .seconds(longest * 0.1) } && waits.contains { $0 > .seconds(longest * 0.9) })
    }

    @Test func theUpstreamsTimeIsAFloor() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let time = try #require(retryAt(decide(.rateLimited, hint: .seconds(30), seed: seed)))
            #expect(time >= at(30) && time <= at(31))
            let short = try #require(retryAt(decide(.overloaded, hint: .seconds(3), seed: seed)))
            #expect(short >= at(3) && short <= at(3.3))
        }
        #expect(try #require(retryAt(decide(.rateLimited))) >= at(1), "without a time, the gate's own")
        #expect(try #require(retryAt(decide(.serverError, hint: .seconds(-9)))) <= at(0.5))
    }

    @Test func aWaitThatIsTooLongGoesElsewhereOrEnds() {
        #expect(decide(.rateLimited, hint: .seconds(121)) == .stop(.hintTooLong))
        #expect(decide(.rateLimited, hint: .seconds(121)) { $0.fallbackOpensAt = at(0) } == .fallback(at: at(0)))
        #expect(decide(.rateLimited, hint: .seconds(30)) { $0.deadline = at(31) } == .stop(.deadline))
        #expect(decide(.rateLimited, hint: .seconds(30)) { $0.deadline = at(33) } != .stop(.deadline))
        // Delays so short that the gate alone decides.
        let eager = RetrySettings(baseDelay: .nanoseconds(1), maxDelay: .nanoseconds(1), minimumService: .zero)
        let atTheEnd = decide(.connectFailed, policy: RetryPolicy(settings: eager)) {
            $0.deadline = at(0) + .nanoseconds(5)
            $0.targetOpensAt = $0.deadline
        }
        #expect(atTheEnd == .stop(.deadline), "at the deadline is too late, even if no time is needed")
        let both = decide(.rateLimited, hint: .seconds(30)) {
            $0.deadline = at(31)
            $0.fallbackOpensAt = at(5)
        }
        #expect(both == .fallback(at: at(5)))
    }

    @Test func nothingAfterTheFirstContent() {
        for entry in ErrorReason.table {
            let decision = decide(entry.reason) {
                $0.hasSentContent = true
                $0.fallbackOpensAt = at(0)
            }
            #expect(decision == .stop(.contentSent))
        }
    }

    @Test func whatMayHaveRunIsRepeatedOnlyIfTheCallerAllows() {
        for entry in ErrorReason.table where entry.reason.name.hasPrefix("llmgw.upstream.") {
            let decision = decide(entry.reason) {
                $0.callerAllowsAmbiguous = false
                $0.fallbackOpensAt = at(0)
            }
            #expect((decision == .stop(.ambiguous)) == (entry.retry == .ambiguous && entry.reason != .serverError))
        }
        #expect(retryAt(decide(.connectionLost)) != nil)
        let refused = decide(.connectionLost, notProcessed: true) { $0.callerAllowsAmbiguous = false }
        #expect(retryAt(refused) != nil, "the upstream has not processed it")
    }

    @Test("What the upstream says of this failure comes before what is known of its class")
    func theUpstreamKnowsBest() throws {
        #expect(decide(.serverError, retry: .never) == .stop(.notRetryable))
        #expect(decide(.rateLimited, hint: .seconds(1), retry: .never) == .stop(.notRetryable))
        #expect(decide(.overloaded, retry: .never) { $0.fallbackOpensAt = at(1) } == .fallback(at: at(1)))
        #expect(retryAt(decide(.upstreamInvalidRequest, retry: .safe)) != nil)
        #expect(try #require(retryAt(decide(.upstreamInvalidRequest, hint: .seconds(3), retry: .after))) >= at(3))
        let wanted = decide(.upstreamInvalidRequest, retry: .safe) { $0.hasSentContent = true }
        #expect(wanted == .stop(.contentSent))
        #expect(decide(.queueFull, retry: .safe) == .stop(.notRetryable), "the gateway is no upstream")
    }

    @Test func everyUpstreamsClassSaysTheSameInBothTables() {
        for entry in ErrorReason.table where entry.reason.name.hasPrefix("llmgw.upstream.") {
            #expect((FailureTable.standard[entry.reason].repetition == .never) == (entry.retry == .never))
        }
    }

    @Test func oneCapOverAllTargets() {
        #expect(decide(.serverError) { $0.attemptsOnTarget = 3 } == .stop(.attemptsExhausted))
        let elsewhere = decide(.serverError) {
            $0.attempts = 4
            $0.attemptsOnTarget = 3
            $0.fallbackOpensAt = at(0)
        }
        #expect(elsewhere == .fallback(at: at(0)))
        let spent = decide(.serverError) {
            $0.attempts = 5
            $0.fallbackOpensAt = at(0)
        }
        #expect(spent == .stop(.attemptsExhausted))
    }

    @Test func hopelessErrorsAreNotRepeatedButCanGoElsewhere() {
        #expect(decide(.quotaExhausted, hint: .seconds(1)) == .stop(.notRetryable))
        #expect(decide(.quotaExhausted) { $0.fallbackOpensAt = at(2) } == .fallback(at: at(2)))
        #expect(decide(.upstreamInvalidRequest) { $0.fallbackOpensAt = at(0) } == .stop(.notRetryable))
        #expect(decide(.contentFiltered) == .stop(.notRetryable))
        #expect(
            decide(.contentFiltered) { $0.fallbackOpensAt = at(0) } == .fallback(at: at(0)), "a target is the opt-in")
        #expect(decide(.quotaExhausted) { $0.fallbackOpensAt = at(600) } == .stop(.deadline))
        #expect(decide(.serverError) { $0.deadline = at(0) } == .stop(.deadline))
    }

    @Test func aHeldTargetYieldsToAFallbackThatIsReadyEarlier() {
        let ready = decide(.serverError) { $0.fallbackOpensAt = at(0) }
        #expect(retryAt(ready) != nil, "a short wait spares the fallback")
        let gated = decide(.serverError) {
            $0.targetOpensAt = at(20)
            $0.fallbackOpensAt = at(0)
        }
        #expect(gated == .fallback(at: at(0)))
        let later = decide(.rateLimited, hint: .seconds(5)) { $0.fallbackOpensAt = at(30) }
        #expect(retryAt(later) != nil)
    }

    @Test func aSpentBudgetEndsIt() {
        let none = RetryBudgetSettings(ratio: 0, minimumPerSecond: 0)
        #expect(decide(.serverError, budget: none) == .stop(.budgetExhausted))
        #expect(decide(.modelNotFound, budget: none) { $0.fallbackOpensAt = at(0) } == .stop(.budgetExhausted))
        #expect(retryAt(decide(.rateLimited, hint: .seconds(3), budget: none)) != nil, "the gate paces it")
    }

    @Test func aClassHasItsOwnNumberOfAttempts() throws {
        let table = try FailureTable(overrides: ["llmgw.upstream.overloaded": .init(maxAttempts: 1)])
        #expect(decide(.overloaded, policy: RetryPolicy(table: table)) == .stop(.attemptsExhausted))
        #expect(retryAt(decide(.serverError, policy: RetryPolicy(table: table))) != nil)
    }

    @Test func unsoundSettingsSayWhatIsWrong() {
        #expect(RetrySettings().defect == nil)
        let cases = [
            RetrySettings(maxAttemptsPerTarget: 0), RetrySettings(maxAttempts: 0), RetrySettings(baseDelay: .zero),
            RetrySettings(maxHint: .seconds(-1)), RetrySettings(minimumService: .seconds(-1)),
        ]
        #expect(Set(cases.map(\.defect)).count == cases.count && cases.allSatisfy { $0.defect != nil })
    }
}
