import LLMGWCore
import LLMGWPolicy

/// One deployment while the daemon runs: whether it may be asked, and how it has fared.
@GatewayLoop
final class Deployment {
    let model: String
    let settings: DeploymentSettings
    let provider: ProviderHealth
    let scope: String
    /// What an upstream can ask us to keep away from on behalf of this deployment. Deployments of the same upstream model share its limits.
    let gateKeys: [GateKey]
    /// Nil where breakers are off.
    var breaker: CircuitBreaker?
    /// How often the breaker opened since the start.
    var openings: UInt64 = 0
    var figures = DeploymentFigures()
    /// Set by active checks: it does not answer, though nobody has asked it.
    var failsChecks = false

    init(
        model: String, settings: DeploymentSettings, provider: ProviderHealth, resilience: ResilienceSettings,
        now: MonotonicInstant
    ) {
        self.model = model
        self.settings = settings
        self.provider = provider
        self.scope = "deployment/\(model)/\(settings.name)"
        self.gateKeys = [
            .provider(settings.provider),
            .upstreamModel(provider: settings.provider, model: settings.upstreamModel),
        ]
        self.breaker = CircuitBreakerSettings(preset: resilience.breaker)
            .map { CircuitBreaker(settings: $0, now: now) }
    }
}

/// What a cooldown is about.
enum GateKey: Hashable, Sendable {
    case provider(String)
    case upstreamModel(provider: String, model: String)
}

/// The right to send one request, from the deployment's breaker and its provider's.
struct BreakerPermits: Sendable {
    var deployment: CircuitBreaker.Permit?
    var provider: CircuitBreaker.Permit?
}
