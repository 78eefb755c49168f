import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream
import Logging

/// Asks providers for their models now and then, so that one that is down is passed over before a request finds out.
///
/// One question speaks for all deployments of a provider. Like a connectivity test, it goes around places, gates and breakers,
/// and teaches them nothing.
@GatewayLoop
final class ActiveChecker {
    private final class Watch {
        let provider: ProviderHealth
        let deployments: [Deployment]
        var check: ActiveCheck
        var timer: (any ScheduledAction)?
        /// The question that is out.
        var execution: Execution?

        init(_ provider: ProviderHealth, _ deployments: [Deployment], _ check: ActiveCheck) {
            self.provider = provider
            self.deployments = deployments
            self.check = check
        }
    }

    private let registry: DeploymentRegistry
    private let client: UpstreamClient
    private let scheduler: any LoopScheduler
    private let logger: Logger
    private var watches: [Watch] = []
    private var random = SystemRandomNumberGenerator()
    /// Apart from those of the calls: checks are not in their list.
    private var requestIDs: RequestIDGenerator
    private var isStopped = false

    /// Checks nothing where `resilience.active_check_interval` is zero.
    init(registry: DeploymentRegistry, client: UpstreamClient, scheduler: any LoopScheduler, logger: Logger) {
        self.registry = registry
        self.client = client
        self.scheduler = scheduler
        self.logger = logger
        self.requestIDs = RequestIDGenerator(using: &random)
        let resilience = registry.settings
        guard resilience.activeCheckInterval > .zero else { return }
        let settings = ActiveCheckSettings(
            interval: resilience.activeCheckInterval, failureThreshold: resilience.activeCheckFailures,
            recoveryThreshold: resilience.activeCheckRecoveries)
        let deployments = Dictionary(grouping: registry.all) { $0.settings.provider }
        for (name, deployments) in deployments {
            guard let provider = registry.providers[name] else { continue }
            let check = ActiveCheck(settings: settings, now: scheduler.now, using: &random)
            watches.append(Watch(provider, deployments, check))
        }
        for watch in watches { schedule(watch) }
    }

    /// No further questions, and no answers to those that are out; what was found out is forgotten.
    func stop() {
        isStopped = true
        for watch in watches {
            watch.timer?.cancel()
            watch.execution?.cancel(GatewayError(.draining, "the checks end"))
            for deployment in watch.deployments { deployment.failsChecks = false }
        }
    }

    private func schedule(_ watch: Watch) {
        watch.timer?.cancel()
        watch.timer = scheduler.schedule(at: watch.check.nextEvent) { [weak self] in self?.advance(watch) }
    }

    private func advance(_ watch: Watch) {
        let (begun, change) = watch.check.due(now: scheduler.now, using: &random)
        if let change { apply(change, watch, reason: .deadlineExceeded) }
        if let begun { GatewayLoop.start { await self.ask(watch, begun) } }
        schedule(watch)
    }

    private func ask(_ watch: Watch, _ check: ActiveCheck.Check) async {
        guard !isStopped else { return }
        let execution = Execution(
            requestID: requestIDs.next(), started: scheduler.now,
            deadline: scheduler.now + watch.check.settings.timeout)
        watch.execution = execution
        // Which models there are is of no interest, so neither is which one is meant.
        let result = await UpstreamAttempt(execution, sink: nil).run(
            .listModels, client: client, provider: watch.provider.settings, upstreamModel: "")
        guard !isStopped else { return }
        let error: GatewayError? = if case .failure(let error) = result { error } else { nil }
        let succeeded: Bool? = if let error { isAnswer(error) } else { true }
        let change = watch.check.finished(
            check, succeeded: succeeded, now: scheduler.now, using: &random)
        if let change { apply(change, watch, reason: error?.reason) }
        schedule(watch)
    }

    /// A refusal is a sign of life too: not every provider lists its models, and a wrong key is the first request's to find out. Nil where nobody
    /// was asked, because this host lacks something.
    private func isAnswer(_ error: GatewayError) -> Bool? {
        guard error.reason != .outOfResources else { return nil }
        return error.upstreamStatus != nil && registry.policy.table[error.reason].breaker != .failure
    }

    private func apply(_ change: ActiveCheck.Change, _ watch: Watch, reason: ErrorReason?) {
        var metadata: Logger.Metadata = ["llmgw-provider": "\(watch.provider.settings.name)"]
        if let reason { metadata["llmgw-reason"] = "\(reason)" }
        switch change {
        case .becameUnhealthy: logger.warning("a provider fails its checks", metadata: metadata)
        case .becameHealthy: logger.notice("a provider passes its checks again", metadata: metadata)
        }
        for deployment in watch.deployments {
            deployment.failsChecks = change == .becameUnhealthy
            if change == .becameHealthy { registry.models[deployment.model]?.recovered(deployment, now: scheduler.now) }
        }
        registry.bell.ring()
    }
}
