import LLMGWCore
import LLMGWPolicy

/// A provider while the daemon runs: how well it can be reached, and how many retries it is given.
@GatewayLoop
final class ProviderHealth {
    let settings: ProviderSettings
    let scope: String
    /// Counts failures to reach the provider, which concern all its deployments; nil where breakers are off.
    var breaker: CircuitBreaker?
    var budget: RetryBudget
    /// How often the breaker opened since the start.
    var openings: UInt64 = 0

    init(_ settings: ProviderSettings, _ resilience: ResilienceSettings, scheduler: any LoopScheduler) {
        self.settings = settings
        self.scope = "provider/\(settings.name)"
        self.breaker = CircuitBreakerSettings(preset: resilience.breaker)
            .map { CircuitBreaker(settings: $0, now: scheduler.now) }
        self.budget = RetryBudget(
            settings: RetryBudgetSettings(
                ratio: resilience.retryBudgetRatio,
                minimumPerSecond: Double(resilience.retryBudgetPerMinute) / 60))
    }
}

extension CircuitBreakerSettings {
    /// Nil where breakers are off.
    init?(preset: BreakerPreset) {
        switch preset {
        case .off: return nil
        case .conservative: self = .conservative
        case .recommended: self = .recommended
        case .aggressive: self = .aggressive
        }
    }
}
