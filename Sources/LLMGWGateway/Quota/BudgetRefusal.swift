import LLMGWCore
import LLMGWPolicy

extension GatewayError {
    /// What a caller is told whose request a budget refuses. `now` is in milliseconds since 1970.
    init(
        _ refusal: BudgetMeter.Refusal, of cost: Cost?, by budget: BudgetSettings, _ scope: QuotaScope, now: Int64
    ) {
        func money(_ micros: Int64) -> String { Cost(micros: micros, currency: budget.currency).text }
        let price = cost?.text ?? money(0)
        let name = "the budget of \(scope.name) for this \(budget.period.rawValue)"
        // What an account has left is not every caller's business.
        let isOwn = if case .client = scope { true } else { false }
        let end = Duration.milliseconds(budget.period.end(at: now) - now)
        switch refusal {
        case .spent:
            self.init(.budgetExhausted, "\(name) is spent")
            retryAfter = end
        case .tooDear(let left):
            let rest = isOwn ? "\(money(left)) of \(name) are left" : "\(name) has less left"
            self.init(.budgetExhausted, "the request may cost \(price), and \(rest)")
            retryAfter = end
        case .held(let left):
            let rest = isOwn ? "leave \(money(left)) of \(name)" : "leave less of \(name)"
            self.init(
                .budgetExhausted,
                "the request may cost \(price), and those under way \(rest); it may go when they have cost less")
            // When they end, nobody knows.
            retry = .safe
        case .neverFits(let stop):
            let whole = isOwn ? ", \(money(stop))" : ""
            self.init(.budgetExhausted, "the request may cost \(price), more than the whole of \(name)\(whole)")
            retry = .never
        }
        notProcessed = true
    }

    /// Whether this refusal may be over before the other one.
    func waits(shorterThan other: GatewayError) -> Bool {
        func rank(_ error: GatewayError) -> Duration {
            error.retry == .never ? .seconds(Int64.max) : error.retryAfter ?? .zero
        }
        return rank(self) < rank(other)
    }
}
