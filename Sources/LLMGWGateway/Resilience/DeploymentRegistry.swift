import LLMGWCore
import LLMGWPolicy

/// All deployments, and the state they share: gates, breakers, retry budgets.
@GatewayLoop
final class DeploymentRegistry {
    /// A half-open breaker whose probes are all out is looked at again after this, if nothing rings before.
    private static let probeRecheck = Duration.seconds(1)

    let settings: ResilienceSettings
    let policy: RetryPolicy
    var bell: Doorbell { pauses.bell }
    private(set) var providers: [String: ProviderHealth] = [:]
    private(set) var models: [String: ModelTargets] = [:]
    private(set) var gate: CooldownGate<GateKey>
    private var random = RandomSource()
    let scheduler: any LoopScheduler
    private let pauses: Pauses
    private let onTransition: @GatewayLoop (_ scope: String, CircuitBreaker.Transition) -> Void

    /// `onTransition` hears what the breakers do. Providers, deployments and models whose settings are those of `previous` go on as they are;
    /// one that is changed starts anew, except for what an operator forced.
    init(
        _ configuration: GatewayConfiguration, scheduler: any LoopScheduler, pauses: Pauses,
        succeeding previous: DeploymentRegistry? = nil,
        onTransition: @escaping @GatewayLoop (String, CircuitBreaker.Transition) -> Void
    ) {
        self.settings = configuration.resilience
        self.policy = RetryPolicy(configuration.resilience)
        self.scheduler = scheduler
        self.pauses = pauses
        self.onTransition = onTransition
        self.gate = previous?.gate ?? CooldownGate()
        let unchanged = previous?.settings == configuration.resilience ? previous : nil
        for (name, provider) in configuration.providers {
            let known = unchanged?.providers[name]
            providers[name] =
                known?.settings == provider
                ? known : ProviderHealth(provider, configuration.resilience, scheduler: scheduler)
        }
        for model in configuration.models.values {
            models[model.name] = targets(for: model, succeeding: unchanged?.models[model.name])
        }
        if let previous { continueOrders(of: previous) }
    }

    /// A breaker that starts anew keeps what an operator said of it; what an upstream asked of its old settings is forgotten.
    private func continueOrders(of previous: DeploymentRegistry) {
        let now = scheduler.now
        var anew: Set<String> = []
        for (name, provider) in providers where previous.providers[name] !== provider {
            anew.insert(provider.scope)
        }
        let known = Set(previous.all.map(ObjectIdentifier.init))
        for deployment in all where !known.contains(ObjectIdentifier(deployment)) {
            anew.insert(deployment.scope)
            guard anew.contains(deployment.provider.scope) else { continue }
            for key in deployment.gateKeys { _ = gate.reset(key, now: now) }
        }
        // Any time of day will do, as long as both sides take the same.
        restore(previous.forcedStates(wallClock: 0).filter { anew.contains($0.key) }, wallClock: 0)
    }

    private func targets(for model: ModelSettings, succeeding previous: ModelTargets?) -> ModelTargets {
        let deployments = model.deployments.compactMap { settings -> Deployment? in
            guard let provider = providers[settings.provider] else { return nil }
            let known = previous?.deployments.first { $0.settings == settings && $0.provider === provider }
            return known
                ?? Deployment(
                    model: model.name, settings: settings, provider: provider, resilience: self.settings,
                    now: scheduler.now)
        }
        if let previous, previous.settings == model, previous.deployments.elementsEqual(deployments, by: ===) {
            return previous
        }
        return ModelTargets(model, deployments, settings, now: scheduler.now)
    }

    var all: [Deployment] {
        models.values.sorted { $0.settings.name < $1.settings.name }.flatMap { $0.deployments }
    }

    // MARK: Choosing

    /// When the deployment may be asked, as far as is known: `now` if it may.
    func opening(of deployment: Deployment, now: MonotonicInstant) -> MonotonicInstant {
        if let end = pauses.end(ofProvider: deployment.settings.provider, now: now) { return end }
        let gated = gate.opening(of: deployment.gateKeys, now: now)
        return max(
            gated, opening(of: &deployment.breaker, now: now), opening(of: &deployment.provider.breaker, now: now))
    }

    /// Whether nothing speaks against asking the deployment: it may be asked now, and its breakers do not merely probe.
    func isSteady(_ deployment: Deployment, now: MonotonicInstant) -> Bool {
        let states = [deployment.breaker?.state, deployment.provider.breaker?.state]
        return states.allSatisfy { [nil, .closed, .forcedClosed].contains($0) }
            && opening(of: deployment, now: now) <= now
    }

    func isPaused(_ deployment: Deployment, now: MonotonicInstant) -> Bool {
        pauses.end(ofProvider: deployment.settings.provider, now: now) != nil
    }

    /// Looks at it where it is: a copy for each question would cost more than the answer.
    private func opening(of breaker: inout CircuitBreaker?, now: MonotonicInstant) -> MonotonicInstant {
        guard breaker != nil else { return now }
        guard let opening = breaker?.opening(now: now) else { return .distantFuture }
        return breaker?.state == .halfOpen ? min(opening, now + Self.probeRecheck) : opening
    }

    /// One of these that may be asked now, by the model's strategy; nil if none may.
    func choose(
        in model: ModelTargets, among candidates: [Deployment], now: MonotonicInstant
    ) -> Deployment? {
        let open = candidates.filter { opening(of: $0, now: now) <= now }
        return model.pick(among: open, now: now, using: &random)
    }

    // MARK: Asking

    /// Takes the breakers' permission, the last thing before a request is sent; nil if one of them refuses, or if the upstream has asked
    /// meanwhile to be left alone.
    func acquire(_ deployment: Deployment, now: MonotonicInstant) -> BreakerPermits? {
        // One breaker's probe must not be used up where the other one refuses.
        guard opening(of: deployment, now: now) <= now else { return nil }
        var permits = BreakerPermits()
        let longest = deployment.provider.settings.timeouts.total
        if deployment.breaker != nil {
            let permit = acquire(&deployment.breaker, deployment.scope, lasting: longest, now: now)
            guard let permit else { return nil }
            permits.deployment = permit
        }
        if deployment.provider.breaker != nil {
            let scope = deployment.provider.scope
            guard let permit = acquire(&deployment.provider.breaker, scope, lasting: longest, now: now) else {
                report(.neutral, deployment, permits, now: now)
                return nil
            }
            permits.provider = permit
        }
        return permits
    }

    private func acquire(
        _ breaker: inout CircuitBreaker?, _ scope: String, lasting: Duration, now: MonotonicInstant
    ) -> CircuitBreaker.Permit? {
        let admitted = breaker?.acquire(lasting: lasting, now: now, using: &random)
        guard let (admission, transitions) = admitted else { return nil }
        announce(transitions, scope)
        if case .permitted(let permit) = admission { return permit }
        return nil
    }

    /// A probe's request is on its way: the provider can be reached, whatever becomes of the answer. Its other models need not wait for that.
    func reached(_ deployment: Deployment, _ permits: BreakerPermits) {
        guard permits.provider?.isProbe == true else { return }
        report(provider: .success, deployment, permits, now: scheduler.now)
        bell.ring()
    }

    /// The first content of a probe's stream is there, after this time. The rest can take long, and shows nothing more.
    func began(_ deployment: Deployment, _ permits: BreakerPermits, after time: Duration) {
        guard permits.deployment?.isProbe == true else { return }
        report(.success, deployment, permits, took: time, now: scheduler.now)
        bell.ring()
    }

    /// Tells everything that learns from an attempt how it went. `error` is nil if it succeeded.
    func record(
        _ error: GatewayError?, _ deployment: Deployment, _ permits: BreakerPermits, isStream: Bool,
        firstContent: Duration?, took: Duration
    ) {
        let now = scheduler.now
        let rule = error.map { policy.table[$0.reason] }
        let outcome = rule?.breaker ?? .success
        // A whole answer comes at its end: when it did says how long it is, not how the upstream does.
        report(
            outcome, deployment, permits, took: isStream ? firstContent : nil,
            isConnectionFailure: rule?.isConnectionFailure, now: now)
        models[deployment.model]?.ended(
            deployment, succeeded: outcome == .neutral ? nil : error == nil, firstContent: firstContent, now: now)
        if let error {
            deployment.figures.noteFailure(error.reason, counts: error.origin == .upstream, now: now)
        } else {
            deployment.figures.noteSuccess(firstToken: firstContent, total: took, now: now)
        }
        if let error, let gate = rule?.gate, let until = gate.until(after: error, now: now) {
            let key: GateKey =
                switch gate.scope {
                case .provider: .provider(deployment.settings.provider)
                case .deployment:
                    .upstreamModel(provider: deployment.settings.provider, model: deployment.settings.upstreamModel)
                }
            self.gate.close(key, until: until, now: now)
        }
        // Nothing else that an attempt brings can open what others wait for.
        if permits.deployment?.isProbe == true || permits.provider?.isProbe == true { bell.ring() }
    }

    private func report(
        _ outcome: BreakerOutcome, _ deployment: Deployment, _ permits: BreakerPermits, took: Duration? = nil,
        isConnectionFailure: Bool? = nil, now: MonotonicInstant
    ) {
        if let permit = permits.deployment,
            let transitions = deployment.breaker?.record(outcome, for: permit, took: took, now: now, using: &random)
        {
            deployment.openings += UInt64(transitions.count { $0.to == .open })
            announce(transitions, deployment.scope)
        }
        // Whoever answers, with whatever, can be reached.
        let reached: BreakerOutcome = isConnectionFailure == true ? .failure : outcome == .neutral ? .neutral : .success
        report(provider: reached, deployment, permits, now: now)
    }

    private func report(
        provider outcome: BreakerOutcome, _ deployment: Deployment, _ permits: BreakerPermits, now: MonotonicInstant
    ) {
        guard let permit = permits.provider,
            let transitions = deployment.provider.breaker?.record(outcome, for: permit, now: now, using: &random)
        else { return }
        deployment.provider.openings += UInt64(transitions.count { $0.to == .open })
        announce(transitions, deployment.provider.scope)
    }

    func announce(_ transitions: [CircuitBreaker.Transition], _ scope: String) {
        for transition in transitions {
            onTransition(scope, transition)
            guard transition.to == .closed, transition.from != .closed else { continue }
            for deployment in all where deployment.scope == scope || deployment.provider.scope == scope {
                models[deployment.model]?.recovered(deployment, now: transition.at)
            }
        }
    }

    // MARK: Deciding

    func decide(
        after error: GatewayError, at deployment: Deployment, _ context: RetryContext
    ) -> RetryDecision {
        policy.decide(
            after: error, context, budget: &deployment.provider.budget, now: scheduler.now, using: &random)
    }

    // MARK: Operators

    /// False where there is no such breaker.
    func command(_ command: BreakerCommand, actor: String) -> Bool {
        let now = scheduler.now
        func apply(_ breaker: inout CircuitBreaker?) -> Bool {
            guard breaker != nil else { return false }
            let expiry = command.ttl.map { now + $0 }
            let transition: CircuitBreaker.Transition? =
                switch command.action {
                case .reset: breaker?.release(now: now)
                case .forceOpen:
                    breaker?.force(
                        ForcedState(.open, actor: actor, reason: command.reason), until: expiry, now: now)
                case .forceClosed:
                    breaker?.force(
                        ForcedState(.closed, actor: actor, reason: command.reason), until: expiry, now: now)
                }
            if let transition { announce([transition], command.scope) }
            return true
        }
        let found: Bool
        if let provider = providers.values.first(where: { $0.scope == command.scope }) {
            found = apply(&provider.breaker)
            if found, command.action == .reset { _ = gate.reset(.provider(provider.settings.name), now: now) }
        } else if let deployment = all.first(where: { $0.scope == command.scope }) {
            found = apply(&deployment.breaker)
            if found, command.action == .reset {
                for key in deployment.gateKeys { _ = gate.reset(key, now: now) }
            }
        } else {
            return false
        }
        bell.ring()
        return found
    }
}
