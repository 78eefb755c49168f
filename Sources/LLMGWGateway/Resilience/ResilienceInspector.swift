import Glibc
import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Shows the deployments' state, and carries out what operators say.
@GatewayLoop
final class ResilienceInspector: ResilienceInspection {
    /// A test that takes longer than this has failed, whatever the provider's clocks allow.
    private static let testLimit = Duration.seconds(60)

    private let pipeline: InferencePipeline
    private let client: UpstreamClient
    private let monitor: AlertMonitor
    private let store: ForcedStateStore?
    private let scheduler: any LoopScheduler

    init(
        pipeline: InferencePipeline, client: UpstreamClient, monitor: AlertMonitor, store: ForcedStateStore?
    ) {
        self.pipeline = pipeline
        self.client = client
        self.monitor = monitor
        self.store = store
        self.scheduler = pipeline.scheduler
    }

    private var registry: DeploymentRegistry { pipeline.registry }

    func deployments() -> [DeploymentStatus] { registry.all.map(status) }

    private func status(_ deployment: Deployment) -> DeploymentStatus {
        let now = scheduler.now
        let recent = deployment.figures.recent(now: now)
        let standing = registry.models[deployment.model]?.standing(of: deployment, now: now)
        let gated = registry.gate.opening(of: deployment.gateKeys, now: now) - now
        let breaker = deployment.breaker?.snapshot(now: now).state
        let opening = registry.opening(of: deployment, now: now) - now
        let isOpen = opening > max(gated, .zero)
        let state: DeploymentStatus.State =
            if registry.isPaused(deployment, now: now) {
                .paused
            } else if isOpen {
                .open
            } else if gated > .zero {
                .gated
            } else if standing?.isEjected == true {
                .ejected
            } else if standing?.warmsUp == true {
                .slowStart
            } else {
                .healthy
            }
        return DeploymentStatus(
            model: deployment.model, name: deployment.settings.name, provider: deployment.settings.provider,
            upstreamModel: deployment.settings.upstreamModel, state: state, breaker: .init(breaker),
            gated: gated > .zero ? gated : nil, inFlight: UInt32(clamping: standing?.inFlight ?? 0),
            weight: deployment.settings.weight, priority: UInt32(clamping: deployment.settings.priority),
            requests: deployment.figures.requests, successes: deployment.figures.successes,
            failures: deployment.figures.failureTotal,
            failureCounts: deployment.figures.failures.map { FailureCount(reason: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.reason.name) < ($0.count, $1.reason.name) },
            successRate: recent.counts.successRate, firstToken: recent.latency.quantiles,
            total: deployment.figures.recentTotals(now: now).quantiles)
    }

    func breakers() -> [BreakerStatus] {
        let providers = registry.providers.values.sorted { $0.settings.name < $1.settings.name }.map {
            status($0.scope, &$0.breaker, openings: $0.openings)
        }
        return providers + registry.all.map { status($0.scope, &$0.breaker, openings: $0.openings) }
    }

    private func status(_ scope: String, _ breaker: inout CircuitBreaker?, openings: UInt64) -> BreakerStatus {
        let now = scheduler.now
        guard let snapshot = breaker?.snapshot(now: now) else { return BreakerStatus(scope: scope, state: .off) }
        let remaining = snapshot.until.map { max(.zero, $0 - now) }
        return BreakerStatus(
            scope: scope, state: .init(snapshot.state), failureRate: snapshot.counts.failureRate,
            slowRate: snapshot.counts.slowRate, calls: UInt32(clamping: snapshot.counts.calls),
            consecutiveFailures: UInt32(clamping: snapshot.failuresInARow), opens: openings,
            remaining: snapshot.forced == nil ? remaining : nil,
            forced: snapshot.forced.map { .init(by: $0.actor, reason: $0.reason, remaining: remaining) })
    }

    func setBreaker(
        _ scope: String, action: BreakerAction, actor: PeerIdentity, reason: String, ttl: Duration?
    ) -> Bool {
        let command = BreakerCommand(scope: scope, action: action, reason: reason, ttl: ttl)
        guard registry.command(command, actor: "uid \(actor.uid)") else { return false }
        if action == .reset {
            for deployment in registry.all where [deployment.scope, deployment.provider.scope].contains(scope) {
                pipeline.desk.open(deployment)
            }
        }
        store?.save(registry.forcedStates(wallClock: UnixTime.now.milliseconds))
        return true
    }

    func trace(_ id: RequestID) -> RequestTrace? { pipeline.traces[id]?.trace(now: scheduler.now) }

    func alerts() -> [AlertStatus] { monitor.statuses }

    // MARK: Connectivity tests

    func testModels(
        _ model: String?, execution: Execution, report: @escaping @GatewayLoop (ModelTestResult) -> Void
    ) async throws(GatewayError) {
        let deployments: [Deployment]
        if let model {
            let settings = try pipeline.catalog.resolve(model, default: nil, setting: "")
            deployments = registry.models[settings.name]?.deployments ?? []
        } else {
            deployments = registry.all
        }
        let limit = min(execution.deadline, scheduler.now + Self.testLimit)
        let tests = deployments.map { deployment in
            (deployment, Execution(requestID: execution.requestID, started: scheduler.now, deadline: limit))
        }
        try execution.checkCancellation()
        execution.interrupt = { error in
            for (_, test) in tests { test.cancel(error) }
        }
        await withTaskGroup(of: Void.self) { group in
            for (deployment, test) in tests {
                group.addTask { await self.test(deployment, test, report) }
            }
        }
        execution.interrupt = nil
        try execution.checkCancellation()
    }

    private func test(
        _ deployment: Deployment, _ execution: Execution, _ report: @GatewayLoop (ModelTestResult) -> Void
    ) async {
        report(await test(deployment, execution))
    }

    /// One token is enough to know. The test goes around gates and breakers, and teaches them nothing.
    private func test(_ deployment: Deployment, _ execution: Execution) async -> ModelTestResult {
        let started = scheduler.now
        let result: Result<UpstreamAnswer, GatewayError>
        do throws(GatewayError) {
            let settings = try pipeline.catalog.model(named: deployment.model)
            result = await UpstreamAttempt(execution, sink: nil).run(
                Self.question(for: settings), client: client, provider: deployment.provider.settings,
                upstreamModel: deployment.settings.upstreamModel)
        } catch {
            result = .failure(error)
        }
        var outcome = ModelTestResult(
            model: deployment.model, deployment: deployment.settings.name, provider: deployment.settings.provider,
            duration: scheduler.now - started)
        switch result {
        case .success(let answer): outcome.firstToken = answer.firstContent
        case .failure(let error): outcome.error = error
        }
        return outcome
    }

    private static func question(for model: ModelSettings) -> UpstreamOperation {
        if let capabilities = model.capabilities, !capabilities.contains(.chat) {
            if capabilities.contains(.embedding) { return .embed(EmbedRequest(inputs: ["ping"])) }
            if capabilities.contains(.completion) {
                return .complete(CompleteRequest(prompt: "ping", sampling: Sampling(maxTokens: 1)))
            }
        }
        return .chat(ChatRequest(messages: [.user("ping")], sampling: Sampling(maxTokens: 1)))
    }
}

extension BreakerStatus.State {
    /// Nil is a breaker that there is not.
    fileprivate init(_ state: BreakerState?) {
        self = state.map { Self(rawValue: $0.rawValue) } ?? .off
    }
}
