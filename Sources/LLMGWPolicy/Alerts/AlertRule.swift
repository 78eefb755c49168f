public enum AlertSeverity: String, Sendable, Hashable, CaseIterable {
    case info, warning, critical
}

/// A threshold on how a provider or model does, and for how long it has to be crossed.
public struct AlertRule: Sendable, Hashable {
    public enum Condition: Sendable, Hashable {
        /// The quantile of the time to the first content is above the bound.
        case latency(quantile: Double, above: Duration)
        /// The share of successes is below the bound, from 0 to 1.
        case successRate(below: Double)
        /// The share of failures is above the bound, from 0 to 1.
        case errorRate(above: Double)
    }

    public var name: String
    public var condition: Condition
    public var severity: AlertSeverity
    /// Fires when the condition has held for this long, and resolves when it has not held for this long.
    public var hold: Duration
    /// Fewer calls in the sample say nothing.
    public var minimumCalls: Int

    public init(
        name: String, condition: Condition, severity: AlertSeverity = .warning, hold: Duration = .seconds(60),
        minimumCalls: Int = 10
    ) {
        self.name = name
        self.condition = condition
        self.severity = severity
        self.hold = hold
        self.minimumCalls = minimumCalls
    }

    /// What is wrong with this rule, for people; nil if nothing is.
    public var defect: String? {
        if name.isEmpty { return "an alert needs a name" }
        if hold < .zero { return "hold must not be negative" }
        if minimumCalls < 1 { return "minimum_calls must be at least 1" }
        switch condition {
        case .latency(let quantile, let bound):
            if !(quantile >= 0 && quantile <= 1) { return "quantile must be from 0 to 1" }
            return bound > .zero ? nil : "latency must be positive"
        case .successRate(let bound):
            return bound > 0 && bound <= 1 ? nil : "success_rate must be above 0 and at most 1"
        case .errorRate(let bound): return bound >= 0 && bound < 1 ? nil : "error_rate must be at least 0 and below 1"
        }
    }

    /// The observed value, in seconds or as a share; nil where the sample says nothing.
    func value(_ sample: CallSample) -> Double? {
        switch condition {
        case .latency(let quantile, _):
            guard sample.latency.count >= UInt64(minimumCalls) else { return nil }
            return sample.latency.quantile(quantile).map { $0 / .seconds(1) }
        case .successRate: return sample.counts.calls >= minimumCalls ? sample.counts.successRate : nil
        case .errorRate: return sample.counts.calls >= minimumCalls ? sample.counts.failureRate : nil
        }
    }

    func isCrossed(by value: Double) -> Bool {
        switch condition {
        case .latency(_, let bound): value > bound / .seconds(1)
        case .successRate(let bound): value < bound
        case .errorRate(let bound): value > bound
        }
    }
}
