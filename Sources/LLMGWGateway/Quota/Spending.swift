import LLMGWCore

/// What a piece of work has taken so far, over all its attempts, also those that failed and were billed.
struct Spending: Sendable {
    /// In each currency.
    private(set) var costs: [Cost] = []
    /// One of the attempts has an unknown price: `costs` lacks it.
    private(set) var isUnpriced = false
    /// The tokens of the attempts whose upstream did not count.
    private(set) var estimate: Usage?

    /// An attempt is over. `costs` is nil where its price is not known; `estimate` stands for a count that nobody made.
    mutating func add(_ costs: [Cost]?, estimate: Usage?) {
        if let estimate { self.estimate = self.estimate.map { $0 + estimate } ?? estimate }
        guard let costs else {
            isUnpriced = true
            return
        }
        for cost in costs {
            if let index = self.costs.firstIndex(where: { $0.currency == cost.currency }) {
                self.costs[index].micros += cost.micros
            } else {
                self.costs.append(cost)
            }
        }
    }

    /// Nil where some of it is not known, or it is no single sum.
    var cost: Cost? { isUnpriced || costs.count > 1 ? nil : costs.first }

    var isNothing: Bool { costs.isEmpty && !isUnpriced && estimate == nil }
}
