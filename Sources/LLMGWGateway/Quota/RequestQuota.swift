import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// What one request takes of the limits and budgets, over all its attempts.
///
/// Of the client's own limits a part is taken with the first attempt and settled once, by `finish`; each attempt's part, and what of the
/// budgets is set aside for it, is a `QuotaPlace`.
@GatewayLoop
final class RequestQuota {
    private let desk: QuotaDesk
    private let policy: RetryPolicy
    private let execution: Execution
    private let caller: Caller
    private let minServiceTime: Duration
    private var first: AdmissionGrant?
    private var settlement = Settlement.notSent
    /// Of this request's attempts. The execution's holds those of all that was asked on its behalf.
    private var spending = Spending()
    private(set) var source = UsageSource.upstream

    init(
        desk: QuotaDesk, policy: RetryPolicy, execution: Execution, caller: Caller, minServiceTime: Duration
    ) {
        self.desk = desk
        self.caller = caller
        self.policy = policy
        self.execution = execution
        self.minServiceTime = minServiceTime
    }

    /// Nil where some of it is not known, or it is no single sum.
    var cost: Cost? { spending.cost }

    func demand(for operation: UpstreamOperation, at target: Deployment) -> QuotaDemand {
        desk.forecasts.demand(for: operation, at: target, client: caller.client.id).demand
    }

    func hasRoom(_ target: Deployment, for operation: UpstreamOperation, leaving share: Double = 0) -> Bool {
        desk.hasRoom(target, for: demand(for: operation, at: target), leaving: share)
    }

    /// The place of a further attempt, if it can be had without waiting.
    func enterAtOnce(_ operation: UpstreamOperation, _ target: Deployment, _ model: ModelSettings) -> QuotaPlace? {
        let (demand, size) = desk.forecasts.demand(for: operation, at: target, client: caller.client.id)
        let price = target.settings.price ?? model.price
        let scopes = payers(of: target)
        // Who has no budget for it has no place for it.
        guard let reservation = try? desk.budgets.reserve(price?.cost(of: demand.usage), in: scopes) else { return nil }
        guard let grant = desk.enterAtOnce(admission(demand, target)) else {
            desk.budgets.settle(reservation, costs: [], in: scopes)
            return nil
        }
        return QuotaPlace(
            grant: grant, size: size, price: price, reserved: reservation, payers: scopes, target: target, desk: desk,
            request: self)
    }

    /// Whose budgets pay for an attempt: each is bounded by them, whatever those before it have cost.
    private func payers(of target: Deployment) -> [QuotaScope] {
        [.provider(target.settings.provider), .client(caller.client.name)]
    }

    /// What is asked of the limits; `accounts` are the client's own, of which only a first attempt takes.
    private func admission(
        _ demand: QuotaDemand, _ target: Deployment, accounts: [QuotaBook.AccountID]? = nil
    ) -> AdmissionRequest {
        // A first attempt may use the caller's time to its end, as a further one may not.
        let latest = accounts == nil ? execution.deadline + (.zero - minServiceTime) : execution.deadline
        return AdmissionRequest(
            client: caller.client.id, weight: caller.client.settings.weight, priority: execution.priority,
            lane: desk.lane(of: target), accounts: accounts ?? [], demand: demand, latestStart: latest,
            maxWaiting: caller.client.settings.maxQueue, isRepeat: accounts == nil)
    }

    /// Waits for the place of an attempt. Nil when `mayStay` finds, while it waits, that another deployment is the better choice.
    func enter(
        _ operation: UpstreamOperation, _ target: Deployment, _ model: ModelSettings,
        mayStay: @escaping @GatewayLoop () -> Bool, onWait: @escaping @GatewayLoop (QueueForecast) -> Void
    ) async throws(GatewayError) -> QuotaPlace? {
        let isFirst = first == nil
        let (demand, size) = desk.forecasts.demand(for: operation, at: target, client: caller.client.id)
        let price = target.settings.price ?? model.price
        let expected = price?.cost(of: demand.usage)
        let scopes = payers(of: target)
        let reservation = try desk.budgets.reserve(expected, in: scopes)
        let request = admission(
            demand, target, accounts: isFirst ? desk.accounts(of: caller.client, model: model.name) : nil)
        do throws(GatewayError) {
            let grant = try await desk.enter(
                request, execution,
                spending: HandedSpending(number: reservation.number, cost: expected, scopes: scopes),
                mayStay: mayStay, onWait: onWait)
            guard let grant else {
                desk.settleSpending(reservation, costs: [], in: scopes)
                return nil
            }
            if isFirst { first = grant }
            return QuotaPlace(
                grant: grant, size: size, price: price, reserved: reservation, payers: scopes, target: target,
                desk: desk, request: self)
        } catch {
            desk.settleSpending(reservation, costs: [], in: scopes)
            throw error
        }
    }

    /// An attempt is over.
    fileprivate func note(_ settlement: Settlement, _ costs: [Cost]?, estimate: Usage?, at provider: String) {
        self.settlement = self.settlement.followed(by: settlement)
        source = estimate == nil ? .upstream : .estimate
        spending.add(costs, estimate: estimate, at: provider)
        execution.spending.add(costs, estimate: estimate, at: provider)
    }

    /// The rule for what becomes of a failed attempt's quota.
    fileprivate func rule(_ error: GatewayError) -> FailureRule { policy.table[error.reason] }

    /// The request is over, in whatever way.
    func finish() {
        guard let first else { return }
        self.first = nil
        desk.settleRequest(first, settlement)
    }
}

/// One attempt's place at an upstream, from its admission to its settlement, which comes once.
@GatewayLoop
final class QuotaPlace {
    private let grant: AdmissionGrant
    private let size: TokenSize
    private let price: ModelPrice?
    private let reserved: BudgetReservation
    private let payers: [QuotaScope]
    private let target: Deployment
    private let desk: QuotaDesk
    private let request: RequestQuota
    private var hasLimits = false

    fileprivate init(
        grant: AdmissionGrant, size: TokenSize, price: ModelPrice?, reserved: BudgetReservation, payers: [QuotaScope],
        target: Deployment, desk: QuotaDesk, request: RequestQuota
    ) {
        self.grant = grant
        self.size = size
        self.price = price
        self.reserved = reserved
        self.payers = payers
        self.target = target
        self.desk = desk
        self.request = request
    }

    /// The request leaves the host.
    func dispatched() { desk.dispatched(grant) }

    /// The answer's head is there.
    func answered(_ head: HTTPHead) {
        let report = head.rateLimits(of: target.provider.settings.kind)
        hasLimits = !report.isEmpty
        desk.learn(report, from: grant, at: target)
    }

    /// It was not used after all.
    func giveBack() { settle(.notSent, costs: []) }

    /// The attempt is over. `output` is what of the answer has come.
    func settle(_ result: Result<UpstreamAnswer, GatewayError>, output: TokenSize, now: MonotonicInstant) {
        switch result {
        case .success(let answer):
            guard let usage = answer.body.usage else {
                var output = output
                output.add(answer.body)
                return settle(.unknown, estimate: estimate(output))
            }
            desk.forecasts.learn(
                usage, size: size, expected: grant.demand, at: target, client: grant.client)
            settle(.used(usage), costs: costs(of: usage))
        case .failure(let error):
            let rule = request.rule(error)
            let settlement = settlement(of: error, rule, output)
            switch settlement {
            case .notSent, .refused: settle(settlement, costs: [])
            // The provider counts what it refuses among its limits. It did nothing for its client, and bills nothing.
            case .unknown: settle(settlement, forClient: .refused, costs: [])
            case .interrupted, .used: settle(settlement, estimate: estimate(output))
            }
            if let gate = rule.gate, let until = gate.until(after: error, now: now) {
                desk.close(target, gate.scope, until: until)
            }
            if error.reason == .rateLimited, error.retryAfter == nil, !hasLimits { desk.complained(target) }
        }
    }

    private func settlement(of error: GatewayError, _ rule: FailureRule, _ output: TokenSize) -> Settlement {
        let sent = Settlement.interrupted(outputTokens: output.tokens)
        // Whatever ended it: an upstream that has answered in part has worked, and is paid for it.
        guard output.tokens == 0 else { return sent }
        return switch rule.settlement {
        case .refund: .notSent
        case .request: .refused
        case .requestAndTokens: sent
        case .requestAndTokensIfSent: error.notProcessed ? .notSent : sent
        // OpenAI counts what it refuses.
        case .requestAndTokensIfCounted: target.provider.settings.kind == .openai ? .unknown : .refused
        }
    }

    private func costs(of usage: Usage) -> [Cost]? { price?.cost(of: usage).map { [$0] } }

    /// What the attempt took, where nobody counted.
    private func estimate(_ output: TokenSize) -> Usage {
        QuotaDemand(inputTokens: grant.demand.inputTokens, outputTokens: output.tokens).usage
    }

    private func settle(_ settlement: Settlement, estimate: Usage) {
        settle(settlement, costs: costs(of: estimate), estimate: estimate)
    }

    private func settle(
        _ settlement: Settlement, forClient own: Settlement? = nil, costs: [Cost]?, estimate: Usage? = nil
    ) {
        desk.settleAttempt(grant, settlement)
        desk.settleSpending(reserved, costs: costs, in: payers)
        request.note(own ?? settlement, costs, estimate: estimate, at: target.settings.provider)
    }
}

extension QuotaDemand {
    /// As if it had been counted.
    fileprivate var usage: Usage {
        Usage(inputTokens: UInt64(max(0, inputTokens)), outputTokens: UInt64(max(0, outputTokens)))
    }
}
