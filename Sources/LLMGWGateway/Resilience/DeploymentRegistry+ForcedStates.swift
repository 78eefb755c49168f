import LLMGWCore
import LLMGWPolicy

extension DeploymentRegistry {
    /// The breakers that an operator has forced, to be kept over a restart. `wallClock` is in milliseconds since 1970.
    func forcedStates(wallClock: Int64) -> [String: PersistedForcedState] {
        let now = scheduler.now
        var states: [String: PersistedForcedState] = [:]
        for deployment in all {
            states[deployment.scope] = deployment.breaker?.persisted(now: now, wallClock: wallClock)
        }
        for provider in providers.values {
            states[provider.scope] = provider.breaker?.persisted(now: now, wallClock: wallClock)
        }
        return states
    }

    /// Continues what was kept. Breakers that the configuration does not have any more are left out.
    func restore(_ states: [String: PersistedForcedState], wallClock: Int64) {
        let now = scheduler.now
        for deployment in all {
            guard let state = states[deployment.scope] else { continue }
            let transition = deployment.breaker?.restore(state, now: now, wallClock: wallClock) ?? nil
            announce(transition.map { [$0] } ?? [], deployment.scope)
        }
        for provider in providers.values {
            guard let state = states[provider.scope] else { continue }
            let transition = provider.breaker?.restore(state, now: now, wallClock: wallClock) ?? nil
            announce(transition.map { [$0] } ?? [], provider.scope)
        }
    }
}
