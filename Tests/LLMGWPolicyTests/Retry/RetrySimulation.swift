import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// Requests against targets that fail at random, driven by the policy's decisions alone; every history keeps the promises.
@Suite("Retry policy, simulated")
struct RetrySimulation {
    private struct Violation: Error {
        var seed: UInt64
        var text: String
    }

    private struct Attempt {
        var target: Int
        var time: Double
    }

    private static let schedulesPerCase: UInt64 = 2500

    @Test("Requests on their own", arguments: 0..<8 as Range<UInt64>)
    func requests(part: UInt64) throws {
        for seed in part * Self.schedulesPerCase..<(part + 1) * Self.schedulesPerCase { try runRequest(seed: seed) }
    }

    private func runRequest(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let settings = RetrySettings(
            maxAttemptsPerTarget: Int.random(in: 1...4, using: &random),
            maxAttempts: Int.random(in: 1...6, using: &random),
            maxHint: .seconds(Int.random(in: 0...60, using: &random)))
        let policy = RetryPolicy(settings: settings)
        let allows = Bool.random(using: &random)
        let deadline = Double.random(in: 0.1...100, using: &random)
        let targets = Int.random(in: 1...4, using: &random)
        var budget = RetryBudget(
            settings: RetryBudgetSettings(minimumPerSecond: Double.random(in: 0...0.2, using: &random)))
        var gate = CooldownGate<Int>()
        var attempts: [Attempt] = []
        var target = 0
        var time = 0.0
        func require(_ holds: Bool, _ text: @autoclosure () -> String) throws {
            if !holds { throw Violation(seed: seed, text: "\(text()) after \(attempts)") }
        }
        while true {
            attempts.append(Attempt(target: target, time: time))
            try require(attempts.count <= settings.maxAttempts, "too many attempts")
            try require(
                attempts.count { $0.target == target } <= settings.maxAttemptsPerTarget, "too many at one target")
            try require(time < deadline, "an attempt after the deadline")
            try require(gate.isOpen([target], now: at(time)), "an attempt before the gate opens")

            // It fails after a while, sometimes with content sent and sometimes with a time to wait.
            time += Double.random(in: 0...3, using: &random)
            var error = GatewayError(ErrorReason.table.randomElement(using: &random)?.reason ?? .serverError, "")
            if Int.random(in: 0..<3, using: &random) == 0 {
                error.retryAfter = .seconds(Double.random(in: -1...90, using: &random))
            }
            let rule = policy.table[error.reason]
            if let until = rule.gate?.until(after: error, now: at(time)) {
                gate.close(target, until: until, now: at(time))
            }
            // Another request may have closed the target's gate meanwhile.
            if Int.random(in: 0..<4, using: &random) == 0 {
                gate.close(target, until: at(time + Double.random(in: 0...20, using: &random)), now: at(time))
            }
            let hinted = at(time) + max(error.retryAfter ?? .zero, .zero)
            let untried = (0..<targets).filter { next in !attempts.contains { $0.target == next } }
            let opensAt = gate.opening(of: [target], now: at(time))
            let context = RetryContext(
                attempts: attempts.count, attemptsOnTarget: attempts.count { $0.target == target },
                hasSentContent: Int.random(in: 0..<10, using: &random) == 0, callerAllowsAmbiguous: allows,
                deadline: at(deadline), targetOpensAt: opensAt,
                fallbackOpensAt: gate.earliestOpening(among: untried.map { [$0] }, now: at(time)))
            let balance = budget.balance(now: at(time))
            let decision = policy.decide(after: error, context, budget: &budget, now: at(time), using: &random)

            switch decision {
            case .retry(let start):
                try require(rule.repetition != .never, "repeated \(error.reason)")
                try require(start >= hinted, "before the time the upstream named")
                try require(start + settings.minimumService <= at(deadline), "too late to be of use")
                time = seconds(start)
            case .fallback(let start):
                try require(rule.fallback != .never, "\(error.reason) fell back")
                guard let next = untried.first(where: { gate.isOpen([$0], now: start) }) else {
                    throw Violation(seed: seed, text: "fell back to nothing")
                }
                target = next
                time = seconds(start)
            case .stop(let reason):
                try require(
                    isJustified(reason, rule, error, context, policy, balance, now: at(time)), "stopped: \(reason)")
                return
            }
            try require(!context.hasSentContent, "an attempt after content")
            try require(allows || !rule.isLoss || error.retry != .ambiguous, "what may have run was repeated")
            try require(rule.repetition == .paced || balance >= 1, "beyond the budget")
        }
    }

    /// A request is given up only for the reason that is named.
    private func isJustified(
        _ reason: RetryDecision.Reason, _ rule: FailureRule, _ error: GatewayError, _ context: RetryContext,
        _ policy: RetryPolicy, _ balance: Double, now: MonotonicInstant
    ) -> Bool {
        let settings = policy.settings
        let canFallBack = rule.fallback != .never && context.fallbackOpensAt != nil
        let total = context.attempts >= settings.maxAttempts
        // The longest wait that can be drawn, after which an attempt has to be of use.
        let latest = max(
            now + .seconds(8), (context.targetOpensAt ?? now) + .seconds(1),
            now + (error.retryAfter ?? .zero) + .seconds(1))
        switch reason {
        case .contentSent: return context.hasSentContent
        case .notRetryable: return rule.repetition == .never && !canFallBack
        case .ambiguous: return !context.callerAllowsAmbiguous && rule.isLoss && error.retry == .ambiguous
        case .attemptsExhausted: return total || context.attemptsOnTarget >= settings.maxAttemptsPerTarget
        case .deadline:
            let fallbackIsLate = context.fallbackOpensAt.map { $0 >= context.deadline } ?? true
            return (!canFallBack || fallbackIsLate) && latest + settings.minimumService >= context.deadline
                || now >= context.deadline || (rule.repetition == .never && fallbackIsLate)
        case .hintTooLong: return error.retryAfter.map { $0 > settings.maxHint } ?? false
        case .budgetExhausted: return balance < 1 && rule.repetition != .paced
        }
    }

    private func seconds(_ instant: MonotonicInstant) -> Double {
        // A nanosecond more than lost in conversion, so that the instant is reached.
        Double((instant - at(0)).wholeNanoseconds + 300) / 1e9
    }

    @Test("A total outage is amplified by the budget's share at most", arguments: 1...20 as ClosedRange<UInt64>)
    func outage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let policy = RetryPolicy()
        var budget = RetryBudget()
        var waiting: [(time: Double, attempts: Int)] = []
        var first = 0
        var retries: [Double] = []
        for step in 0..<6000 {
            let time = Double(step) / 50
            // 10 new requests a second, and those whose wait is over: every attempt fails.
            var failed = waiting.filter { $0.time <= time }.map { $0.attempts + 1 }
            retries += failed.map { _ in time }
            waiting.removeAll { $0.time <= time }
            if step % 5 == 0 {
                budget.deposit(now: at(time))
                first += 1
                failed.append(1)
            }
            for attempts in failed {
                let context = RetryContext(attempts: attempts, attemptsOnTarget: attempts, deadline: at(time + 600))
                let error = GatewayError(Bool.random(using: &random) ? .connectFailed : .serverError, "")
                let decision = policy.decide(
                    after: error, context, budget: &budget, now: at(time), using: &random)
                if case .retry(let start) = decision { waiting.append((seconds(start), attempts)) }
            }
        }
        // Two windows, so twice the minimum of 10.
        #expect(Double(retries.count) <= 0.2 * Double(first) + 20)
        #expect(Double(retries.count) >= 0.2 * Double(first) * 0.8, "the budget is there to be used")
    }
}
