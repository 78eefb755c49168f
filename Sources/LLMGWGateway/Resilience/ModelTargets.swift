import LLMGWCore
import LLMGWPolicy

/// The deployments of one model, and whose turn it is.
@GatewayLoop
final class ModelTargets {
    let settings: ModelSettings
    let deployments: [Deployment]
    private var balancer: LoadBalancer
    private var health: PassiveHealth
    var hedges = HedgeBudget()
    private var firstContents = FirstContentTimes()

    init(
        _ settings: ModelSettings, _ deployments: [Deployment], _ resilience: ResilienceSettings, now: MonotonicInstant
    ) {
        self.settings = settings
        self.deployments = deployments
        let candidates = deployments.map { deployment in
            LoadBalancer.Candidate(
                weight: deployment.settings.weight, priority: deployment.settings.priority,
                cost: deployment.settings.cost)
        }
        self.balancer = LoadBalancer(
            candidates, strategy: settings.strategy, settings: LoadBalancerSettings(slowStart: resilience.slowStart))
        self.health = PassiveHealth(targets: deployments.count, now: now)
    }

    /// One of the candidates, by the model's strategy. Those that do worse than their peers are passed over while others are left.
    func pick(
        among candidates: [Deployment], now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Deployment? {
        guard deployments.count > 1 else { return candidates.first }
        for change in health.update(now: now) {
            if case .returned(let index) = change { balancer.recovered(index, now: now) }
        }
        let wanted = deployments.indices.filter { index in candidates.contains { $0 === deployments[index] } }
        let suspected = health.ejected(now: now).union(deployments.indices.filter { deployments[$0].failsChecks })
        guard !suspected.isEmpty else {
            return balancer.pick(among: wanted, now: now, using: &random).map { deployments[$0] }
        }
        let unhealthy = PanicThreshold.excluded(unhealthy: suspected, among: Array(deployments.indices))
        let index =
            balancer.pick(among: wanted.filter { !unhealthy.contains($0) }, now: now, using: &random)
            ?? balancer.pick(among: wanted, now: now, using: &random)
        return index.map { deployments[$0] }
    }

    private func index(of deployment: Deployment) -> Int {
        guard let index = deployments.firstIndex(where: { $0 === deployment }) else {
            preconditionFailure("a deployment belongs to its model")
        }
        return index
    }

    func began(_ deployment: Deployment) { balancer.begin(index(of: deployment)) }

    /// `succeeded` is nil where the end says nothing about the deployment.
    func ended(_ deployment: Deployment, succeeded: Bool?, firstContent: Duration?, now: MonotonicInstant) {
        let index = index(of: deployment)
        let outcome: LoadOutcome =
            switch (succeeded, firstContent) {
            case (nil, _), (true?, nil): .neutral
            case (true?, let first?): .answered(firstContent: first)
            case (false?, _): .failed
            }
        balancer.end(index, outcome, now: now)
        if let succeeded { health.record(succeeded: succeeded, for: index, now: now) }
    }

    /// An answer began after this time, or an attempt was dropped that had not.
    func noteFirstContent(_ time: Duration, isStream: Bool, now: MonotonicInstant) {
        // Only hedges ask for it.
        if settings.hedgeAfter != nil { firstContents.note(time, isStream: isStream, now: now) }
    }

    /// How long an attempt goes on without content before it is slow; nil where the model is not hedged.
    func slow(isStream: Bool, now: MonotonicInstant) -> Duration? {
        settings.hedgeAfter.map { firstContents.slow(isStream: isStream, atLeast: $0, now: now) }
    }

    /// It works again after a time in which it was not asked.
    func recovered(_ deployment: Deployment, now: MonotonicInstant) {
        balancer.recovered(index(of: deployment), now: now)
    }

    /// What an operator sees: requests in flight, and how it stands among its peers.
    func standing(of deployment: Deployment, now: MonotonicInstant) -> (inFlight: Int, warmsUp: Bool, isEjected: Bool) {
        let index = index(of: deployment)
        let snapshot = balancer.snapshots(now: now)[index]
        return (
            snapshot.inFlight, snapshot.weightShare < 1,
            deployment.failsChecks || health.ejected(now: now).contains(index)
        )
    }
}
