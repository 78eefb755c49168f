public import LLMGWCore

/// Follows how much of its budgets is spent, for one alert.
///
/// States of each budget: quiet, firing; it fires when its share reaches the threshold, once in a period, because what is spent only rises in it, and
/// is quiet again in the next one. Wrong input: a budget that is there no more is forgotten, and nobody is told.
public struct BudgetAlertState: Sendable {
    public struct Budget: Sendable, Hashable {
        /// "client/NAME" or "provider/NAME".
        public var scope: String
        public var period: BudgetPeriod

        public init(scope: String, period: BudgetPeriod) {
            self.scope = scope
            self.period = period
        }
    }

    public enum Event: Sendable, Equatable {
        case fired(Budget, share: Double)
        case resolved(Budget, share: Double)
    }

    public let threshold: Double
    private var firing: Set<Budget> = []

    public init(threshold: Double) {
        self.threshold = threshold
    }

    public var isFiring: Bool { !firing.isEmpty }

    /// `shares`: what is spent, from 0 to 1 and beyond, and how much of it was spent before a restart, of which people have heard.
    public mutating func evaluate(_ shares: [(budget: Budget, spent: Double, before: Double)]) -> [Event] {
        firing.formIntersection(shares.map(\.budget))
        return shares.compactMap { budget, spent, before in
            guard spent >= threshold else {
                return firing.remove(budget) == nil ? nil : .resolved(budget, share: spent)
            }
            guard firing.insert(budget).inserted, before < threshold else { return nil }
            return .fired(budget, share: spent)
        }
    }
}
