import LLMGWCore

/// What a piece of work has taken so far, over all its attempts, also those that failed and were billed.
struct Spending: Sendable {
    /// In each currency.
    private(set) var costs: [Cost] = []
    /// One of the attempts has an unknown price: `costs` lacks it.
    private(set) var isUnpriced = false
    /// The tokens of the attempts whose upstream did not count.
    private(set) var estimate: Usage?
    /// Who was asked first; who took what, once another one was asked.
    private var first: String?
    private var parts: [(provider: String, cost: Cost)] = []

    /// An attempt at this provider is over. `costs` is nil where its price is not known; `estimate` stands for a count that nobody made.
    mutating func add(_ costs: [Cost]?, estimate: Usage?, at provider: String) {
        if let estimate { self.estimate = self.estimate.map { $0 + estimate } ?? estimate }
        guard let costs else {
            isUnpriced = true
            return
        }
        if let first, first != provider || !parts.isEmpty {
            if parts.isEmpty { parts = self.costs.map { (first, $0) } }
            parts += costs.map { (provider, $0) }
        } else {
            first = provider
        }
        for cost in costs { self.costs.add(cost) }
    }

    /// What each provider took; one that took nothing may be missing.
    var byProvider: [String: [Cost]] {
        guard !parts.isEmpty else { return first.map { [$0: costs] } ?? [:] }
        var sums: [String: [Cost]] = [:]
        for part in parts { sums[part.provider, default: []].add(part.cost) }
        return sums
    }

    /// Nil where some of it is not known, or it is no single sum.
    var cost: Cost? { isUnpriced || costs.count > 1 ? nil : costs.first }

    var isNothing: Bool { costs.isEmpty && !isUnpriced && estimate == nil }
}

extension [Cost] {
    /// To the sum of its currency.
    fileprivate mutating func add(_ cost: Cost) {
        if let index = firstIndex(where: { $0.currency == cost.currency }) {
            self[index].micros += cost.micros
        } else {
            append(cost)
        }
    }
}
