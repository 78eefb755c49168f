import LLMGWCore
import LLMGWPolicy

/// Who can be asked for one request: the deployments of its model, and those of the fallback models that can do it.
@GatewayLoop
final class Candidates {
    private let work: InferenceWork
    private let registry: DeploymentRegistry
    private let quota: RequestQuota
    private let caller: QuotaClient
    private let scheduler: any LoopScheduler
    private var attempts: [ObjectIdentifier: Int] = [:]
    /// Those without room or words for the request.
    private var passedOver: Set<ObjectIdentifier> = []

    init(
        _ work: InferenceWork, registry: DeploymentRegistry, quota: RequestQuota, caller: QuotaClient,
        scheduler: any LoopScheduler
    ) {
        self.work = work
        self.registry = registry
        self.quota = quota
        self.caller = caller
        self.scheduler = scheduler
    }

    func noteAttempt(at target: Deployment) { attempts[ObjectIdentifier(target), default: 0] += 1 }

    /// How often it was asked for this request.
    func attempts(at target: Deployment) -> Int { attempts[ObjectIdentifier(target)] ?? 0 }

    /// It cannot take the request, and is not asked for it any more.
    func passOver(_ target: Deployment) { passedOver.insert(ObjectIdentifier(target)) }
    func isPassedOver(_ target: Deployment) -> Bool { passedOver.contains(ObjectIdentifier(target)) }

    /// One of the model's own that may be asked now.
    func firstOwn() -> Deployment? {
        registry.models[work.model.name].flatMap { choose(in: $0, among: $0.deployments, now: scheduler.now) }
    }

    /// By the model's strategy; those that have room come first.
    private func choose(in model: ModelTargets, among candidates: [Deployment], now: MonotonicInstant) -> Deployment? {
        if candidates.count > 1, let operation = try? work.operation(model.settings) {
            let roomy = candidates.filter { quota.hasRoom($0, for: operation) }
            if let target = registry.choose(in: model, among: roomy, now: now) { return target }
        }
        return registry.choose(in: model, among: candidates, now: now)
    }

    var ownAndFallbacks: [Deployment] {
        let own = registry.models[work.model.name]?.deployments ?? []
        return own.filter { !isPassedOver($0) } + untried(.general).filter { other in !own.contains { $0 === other } }
    }

    /// When the first of them may be asked, as far as is known.
    func earliestOpening(of candidates: [Deployment]) -> MonotonicInstant {
        let now = scheduler.now
        return candidates.map { registry.opening(of: $0, now: now) }.min() ?? .distantFuture
    }

    /// In the order of preference: by model, and within a model by its strategy.
    func firstOpen(of candidates: [Deployment]) -> Deployment? {
        let now = scheduler.now
        var names: [String] = []
        for candidate in candidates where !names.contains(candidate.model) { names.append(candidate.model) }
        for name in names {
            guard let model = registry.models[name] else { continue }
            let own = candidates.filter { $0.model == name }
            if let target = choose(in: model, among: own, now: now) { return target }
        }
        return nil
    }

    /// Who else can be asked, without those that were, or are passed over: other deployments of the model, then the models of the chain that can do it.
    func untried(_ chain: FallbackChain) -> [Deployment] {
        var names: [String] = []
        switch chain {
        case .general: names = [work.model.name] + (work.hasSubstitute ? [] : work.model.fallbacks.general)
        case .contextWindow: names = work.model.fallbacks.context
        case .content: names = work.model.fallbacks.content
        }
        return names.flatMap { name -> [Deployment] in
            guard let targets = registry.models[name], caller.allows(name),
                (try? work.operation(targets.settings)) != nil
            else { return [] }
            return targets.deployments.filter { attempts[ObjectIdentifier($0)] == nil && !isPassedOver($0) }
        }
    }
}
