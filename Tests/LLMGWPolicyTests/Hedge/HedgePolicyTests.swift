import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Hedge policy, budget and times")
struct HedgePolicyTests {
    private let policy = HedgePolicy(settings: RetrySettings(maxAttempts: 3, minimumService: .seconds(2)))

    private func context(_ change: (inout HedgeContext) -> Void = { _ in }) -> HedgeContext {
        var context = HedgeContext(attempts: 1, deadline: at(100), hasTarget: true)
        change(&context)
        return context
    }

    private func funded() -> HedgeBudget {
        var budget = HedgeBudget()
        for _ in 0..<HedgeBudget.requestsPerHedge { budget.deposit() }
        return budget
    }

    /// The decision, and what is left of both budgets.
    private func decide(
        _ context: HedgeContext, hedges: HedgeBudget, retries: RetryBudget = RetryBudget(),
        now: MonotonicInstant = at(10)
    ) -> (decision: HedgePolicy.Decision, hedges: HedgeBudget, retries: Double) {
        var (hedges, retries) = (hedges, retries)
        let decision = policy.decide(context, hedges: &hedges, retries: &retries, now: now)
        return (decision, hedges, retries.balance(now: now))
    }

    @Test("Begins where nothing speaks against it, and pays with a token of each budget")
    func begins() {
        let first = decide(context(), hedges: funded())
        #expect(first.decision == .begin)
        #expect(!first.hedges.hasToken)
        #expect(first.retries == 9)
        let again = decide(context(), hedges: first.hedges)
        #expect(again.decision == .withhold(.budgetExhausted))
        #expect(again.retries == 10, "what is withheld costs nothing")
    }

    static let obstacles: [(HedgePolicy.Reason, @Sendable (inout HedgeContext) -> Void)] = [
        (.runsOnce, { $0.callerForbidsTwice = true }),
        (.hasHedged, { $0.hasHedged = true }),
        (.attemptsExhausted, { $0.attempts = 3 }),
        (.deadline, { $0.deadline = at(10) }),
        (.deadline, { $0.deadline = at(11.9) }),
        (.noDeployment, { $0.hasTarget = false }),
    ]

    @Test("Each obstacle is named, and costs no token", arguments: obstacles.indices)
    func withholds(index: Int) {
        let (reason, change) = Self.obstacles[index]
        let outcome = decide(context(change), hedges: funded())
        #expect(outcome.decision == .withhold(reason))
        #expect(outcome.hedges.hasToken)
        #expect(outcome.retries == 10)
    }

    @Test("A provider without retries left gets no hedge either")
    func sharesTheRetryBudget() {
        let spent = RetryBudget(settings: RetryBudgetSettings(minimumPerSecond: 0))
        let outcome = decide(context(), hedges: funded(), retries: spent)
        #expect(outcome.decision == .withhold(.budgetExhausted))
        #expect(outcome.hedges.hasToken)
    }

    @Test("At most every twentieth request, whenever they come", arguments: 0..<200 as Range<UInt64>)
    func budget(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var budget = HedgeBudget()
        var (requests, hedges) = (0, 0)
        var since: (requests: Int, hedges: Int)?
        for step in 0..<5000 {
            if Int.random(in: 0..<3, using: &random) > 0 {
                budget.deposit()
                requests += 1
            } else if budget.withdraw() {
                hedges += 1
            }
            #expect(hedges * HedgeBudget.requestsPerHedge <= requests)
            if step == 2000 { since = (requests, hedges) }
            if let since {
                let allowed = HedgeBudget.capacity + (requests - since.requests) / HedgeBudget.requestsPerHedge + 1
                #expect(hedges - since.hedges <= allowed, "what was saved does not last for ever")
            }
        }
        #expect(hedges >= requests / HedgeBudget.requestsPerHedge - HedgeBudget.capacity, "it is there to be used")
    }

    @Test("Slow is what 95 of 100 answers are not, by kind, and never less than the minimum")
    func slow() {
        var times = FirstContentTimes()
        func slow(isStream: Bool, atLeast minimum: Double = 2, now: Double = 2) -> Duration {
            times.slow(isStream: isStream, atLeast: .seconds(minimum), now: at(now))
        }
        let unknown = slow(isStream: true, now: 0)
        #expect(unknown == .seconds(2))
        for number in 1...100 {
            times.note(.milliseconds(100 * number), isStream: true, now: at(1))
            times.note(.seconds(number), isStream: false, now: at(1))
        }
        let stream = slow(isStream: true)
        #expect(stream >= .milliseconds(9500) && stream <= .milliseconds(10_000))
        let whole = slow(isStream: false)
        #expect(whole >= .seconds(95) && whole <= .seconds(100))
        let patient = slow(isStream: true, atLeast: 30)
        #expect(patient == .seconds(30))
        let later = slow(isStream: true, now: 1000)
        #expect(later == .seconds(2), "it is forgotten")
    }

    @Test(
        "A hedge leaves three tenths of every limit to others",
        arguments: [
            (QuotaLimits([.concurrency: 10]), 6, 7), (QuotaLimits([.requestsPerMinute: 20]), 13, 14),
            (QuotaLimits([.tokensPerMinute: 1000]), 6, 7), (QuotaLimits([.concurrency: 1]), -1, 0),
        ])
    func headroom(limits: QuotaLimits, allowed: Int, refused: Int) {
        for (used, expected) in [(allowed, true), (refused, false)] where used >= 0 {
            var controller = AdmissionController()
            let account = controller.account(.provider("p"), QuotaAccountSettings(limits: limits))
            let lane = controller.addLane(queue: controller.addQueue("p", maxWaiting: 10), accounts: [account])
            let demand = QuotaDemand(inputTokens: 60, outputTokens: 40)
            for _ in 0..<used {
                let request = AdmissionRequest(
                    client: ClientID(index: 0), lane: lane, demand: demand, latestStart: at(100))
                guard case .admitted = controller.enter(request, now: at(0)) else {
                    Issue.record("there is room")
                    return
                }
            }
            let hasAny = controller.hasRoom(lane, for: demand, now: at(0))
            #expect(hasAny)
            let hasEnough = controller.hasRoom(lane, for: demand, leaving: HedgePolicy.headroom, now: at(0))
            #expect(hasEnough == expected)
        }
    }
}
