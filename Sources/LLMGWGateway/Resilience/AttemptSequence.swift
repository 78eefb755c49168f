import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// One request on its way to an answer: attempt after attempt, until one succeeds or the policy says that it is enough.
///
/// It owns the request's retries and fallbacks; there is no other place that repeats anything.
@GatewayLoop
final class AttemptSequence {
    private enum Outcome {
        case answered(UpstreamAnswer)
        case failed(GatewayError)
        /// A breaker or a gate closed the way between choosing and asking.
        case refused
        /// There is no room for it.
        case full(GatewayError)
    }

    private let work: InferenceWork
    private let execution: Execution
    private let sink: (any ChunkSink)?
    private let onHead: @GatewayLoop (ReplyHead) -> Void
    private let registry: DeploymentRegistry
    private let catalog: ModelCatalog
    private let client: UpstreamClient
    private let statistics: Statistics
    private let scheduler: any LoopScheduler
    private let trace: TraceRecorder
    private let quota: RequestQuota
    private let candidates: Candidates
    private let caller: QuotaClient
    private let pauses: Pauses
    /// Deployments that have no room for the request.
    private var full: Set<ObjectIdentifier> = []
    private var path: [AttemptInfo] = []
    private var hasSentContent = false
    /// An attempt failed in a way that leaves open whether the upstream has done the work.
    private var mayHaveRun = false
    /// Since when the present wait before an attempt goes on.
    private var waitingSince: MonotonicInstant

    init(
        _ work: InferenceWork, execution: Execution, sink: (any ChunkSink)?, trace: TraceRecorder,
        registry: DeploymentRegistry, catalog: ModelCatalog, client: UpstreamClient, statistics: Statistics,
        scheduler: any LoopScheduler, quota: RequestQuota, caller: QuotaClient, pauses: Pauses,
        onHead: @escaping @GatewayLoop (ReplyHead) -> Void
    ) {
        self.quota = quota
        self.candidates = Candidates(work, registry: registry, quota: quota, caller: caller, scheduler: scheduler)
        self.caller = caller
        self.pauses = pauses
        self.work = work
        self.execution = execution
        self.sink = sink
        self.trace = trace
        self.registry = registry
        self.catalog = catalog
        self.client = client
        self.statistics = statistics
        self.scheduler = scheduler
        self.onHead = onHead
        self.waitingSince = scheduler.now
    }

    func run() async throws(GatewayError) -> (answer: UpstreamAnswer, info: ReplyInfo) {
        defer { quota.finish() }
        do throws(GatewayError) {
            return try await attempts()
        } catch {
            throw ofTheWhole(error)
        }
    }

    /// The last attempt's error, or that of a wait, says nothing about the attempts before. The caller asks about all of them.
    private func ofTheWhole(_ error: GatewayError) -> GatewayError {
        var error = error
        if mayHaveRun {
            error.notProcessed = false
            if error.retry == .safe || error.retry == .after { error.retry = .ambiguous }
        } else if execution.attempts == 0 {
            error.notProcessed = true
            if error.retry == .ambiguous { error.retry = .safe }
        }
        return error
    }

    private func attempts() async throws(GatewayError) -> (answer: UpstreamAnswer, info: ReplyInfo) {
        // What the model cannot do is the caller's mistake, not a reason to ask another one.
        _ = try work.operation(work.model)
        var target = try await firstTarget()
        var decision = TraceStep.Decision.attempt
        var others: [Deployment]?
        target.provider.budget.deposit(now: scheduler.now)
        while true {
            switch try await ask(target, decision) {
            case .answered(let answer):
                return (answer, info(for: answer, target))
            case .refused:
                target = try await firstTarget(among: others)
            case .full(let error):
                (target, decision) = try instead(of: target, error)
            case .failed(let error):
                (target, decision, others) = try await next(after: error, at: target)
            }
        }
    }

    // MARK: One attempt

    private func ask(_ target: Deployment, _ decision: TraceStep.Decision) async throws(GatewayError) -> Outcome {
        let model = try catalog.model(named: target.model)
        let operation = try work.operation(model)
        var head = ReplyHead(
            requestID: execution.requestID.description, model: model.name, provider: target.settings.provider,
            cache: .bypass)
        let place: QuotaPlace?
        do throws(GatewayError) {
            place = try await quota.enter(
                operation, target, model, mayStay: { [self] in mayWait(for: target) }
            ) { [onHead] forecast in
                var waiting = head
                waiting.queuePosition = UInt32(clamping: forecast.ahead)
                waiting.expectedWait = forecast.wait
                onHead(waiting)
            }
        } catch {
            guard Self.isFull(error.reason) else { throw error }
            return .full(error)
        }
        guard let place else { return .refused }
        // Without this a late request would reach the upstream before its clock is looked at.
        let started = scheduler.now
        guard started < execution.deadline, !pauses.isHeld(pauseSubject([target])),
            let permits = registry.acquire(target, now: started)
        else {
            place.giveBack()
            guard started < execution.deadline else { throw .deadline(notProcessed: execution.attempts == 0) }
            return .refused
        }
        let wait = started - waitingSince
        candidates.noteAttempt(at: target)
        registry.models[target.model]?.began(target)
        head.attempt = UInt32(path.count + 1)
        onHead(head)

        let before = execution.attempts
        let attempt = UpstreamAttempt(execution, sink: sink, place: place)
        let result = await attempt.run(
            operation, client: client, provider: target.provider.settings, upstreamModel: target.settings.upstreamModel)
        hasSentContent = hasSentContent || attempt.hasDelivered
        let took = scheduler.now - started
        let error: GatewayError? = if case .failure(let error) = result { error } else { nil }
        let firstContent: Duration? = if case .success(let answer) = result { answer.firstContent } else { nil }
        registry.record(error, target, permits, firstContent: firstContent, took: took)
        // After the gates: those who wait for this deployment look at them.
        place.settle(result, output: attempt.received, now: scheduler.now)
        if execution.attempts > before {
            // The caller's own cancelling and deadline say nothing about the provider.
            statistics.noteAttempt(provider: target.settings.provider, failed: error?.origin == .upstream)
        }
        path.append(
            AttemptInfo(
                model: target.model, deployment: target.settings.name, provider: target.settings.provider,
                reason: error?.reason, httpStatus: error?.upstreamStatus, wait: wait, duration: took,
                firstToken: firstContent))
        trace.note(decision, target, at: started, wait: wait, error: error, duration: took)
        waitingSince = scheduler.now
        switch result {
        case .success(let answer): return .answered(answer)
        case .failure(var error):
            mayHaveRun = mayHaveRun || error.retry == .ambiguous && !error.notProcessed
            error.provider = target.settings.provider
            error.model = target.model
            error.attempts = execution.attempts
            return .failed(error)
        }
    }

    // MARK: Where there is no room

    /// The limits of one way to the model, not the caller's own wish, end this attempt before it began.
    private static func isFull(_ reason: ErrorReason) -> Bool {
        [.queueFull, .gatewayQuotaExhausted, .exceedsLimit, .budgetExhausted].contains(reason)
    }

    /// Whether a request that waits for the target, which was just closed, had better go on waiting for it.
    private func mayWait(for target: Deployment) -> Bool {
        let now = scheduler.now
        let opening = registry.opening(of: target, now: now)
        let others = candidates.ownAndFallbacks.filter { $0 !== target }
        let latest = execution.deadline + (.zero - registry.settings.minServiceTime)
        return opening <= latest && candidates.firstOpen(of: others) == nil
    }

    /// Another deployment where `target` has no room. Throws the error where there is none.
    private func instead(
        of target: Deployment, _ error: GatewayError
    ) throws(GatewayError) -> (Deployment, TraceStep.Decision) {
        full.insert(ObjectIdentifier(target))
        var error = error
        error.provider = error.provider ?? target.settings.provider
        let others = candidates.ownAndFallbacks.filter { !full.contains(ObjectIdentifier($0)) }
        guard let other = candidates.firstOpen(of: others) else {
            trace.note(.reject, target, at: scheduler.now, "no room", error: error)
            throw error
        }
        return (other, path.isEmpty ? .attempt : .fallback)
    }

    // MARK: What comes after a failure

    /// `others` are the only ones that may be asked in place of the next target; nil allows all.
    private func next(
        after error: GatewayError, at target: Deployment
    ) async throws(GatewayError) -> (Deployment, TraceStep.Decision, others: [Deployment]?) {
        let now = scheduler.now
        // A chain for refused content is the opt-in that repeating such a request needs.
        let fallback = registry.policy.table[error.reason].fallback
        let isWanted = fallback == .optIn && !work.model.fallbacks.content.isEmpty
        let chain = isWanted ? FallbackChain.content : fallback.chain
        let others = (chain.map { candidates.untried($0) } ?? [])
            .filter { !fallback.needsOtherProvider || $0.settings.provider != target.settings.provider }
        let context = RetryContext(
            attempts: path.count, attemptsOnTarget: candidates.attempts(at: target),
            hasSentContent: hasSentContent,
            callerAllowsAmbiguous: work.mayRunTwice ?? registry.settings.retryAmbiguous,
            deadline: execution.deadline, targetOpensAt: registry.opening(of: target, now: now),
            fallbackOpensAt: others.map { registry.opening(of: $0, now: now) }.min())
        switch registry.decide(after: error, at: target, context) {
        case .retry(let at):
            try await pause(until: at, target, "waits before the next attempt")
            return (target, .retry, nil)
        case .fallback(let at):
            try await pause(until: at, nil, "waits for another deployment")
            return (try await firstTarget(among: others), .fallback, others)
        case .stop(let reason):
            trace.note(.reject, target, at: now, reason.rawValue, error: error)
            throw error
        }
    }

    private func pause(until instant: MonotonicInstant, _ target: Deployment?, _ why: String) async throws(GatewayError)
    {
        let now = scheduler.now
        guard instant > now else { return }
        execution.phase = .waiting
        trace.note(.wait, target, at: now, why, wait: instant - now)
        try await execution.pause(until: min(instant, execution.deadline), scheduler)
        guard scheduler.now < execution.deadline else { throw .deadline(notProcessed: execution.attempts == 0) }
    }

    // MARK: Choosing

    /// A deployment that may be asked now: of those allowed, else of the model itself, else of its fallbacks. Whichever opens first is waited
    /// for.
    private func firstTarget(among allowed: [Deployment]? = nil) async throws(GatewayError) -> Deployment {
        var announced: MonotonicInstant?
        while true {
            try await passPauses(allowed)
            // Most of the time one of its own may be asked, and nobody needs to know who else there is.
            if allowed == nil, let target = candidates.firstOwn() { return target }
            let allowed = allowed ?? candidates.ownAndFallbacks
            if let target = candidates.firstOpen(of: allowed) { return target }
            let now = scheduler.now
            let opening = allowed.map { registry.opening(of: $0, now: now) }.min() ?? .distantFuture
            let latest = execution.deadline + (.zero - registry.settings.minServiceTime)
            // Who has something to say instead does not let the caller wait.
            let hasCanned =
                work.hasSubstitute || work.canned != nil && work.model.fallbacks.cannedReply != nil
            guard opening <= latest, !hasCanned else { throw nobody(opening, now) }
            execution.phase = .waiting
            // Once more only when the time that was told has passed: others' news wakes the wait, and is none for the caller.
            if announced.map({ $0 <= now }) ?? true {
                announced = opening
                trace.note(.wait, nil, at: now, "every deployment is closed", wait: opening - now)
                var head = ReplyHead(requestID: execution.requestID.description, model: work.model.name)
                head.expectedWait = opening - now
                onHead(head)
            }
            try await execution.pause(until: opening, orRingOf: registry.bell, scheduler)
        }
    }

    /// Waits while an operator holds the request back. Other models than its own stand in for failures, and a pause is none.
    private func passPauses(_ allowed: [Deployment]?) async throws(GatewayError) {
        let subject = pauseSubject(allowed ?? registry.models[work.model.name]?.deployments ?? [])
        try await pauses.pass(subject, execution) { order, left in
            trace.note(.wait, nil, at: scheduler.now, "\(order.scope) is paused by \(order.actor)", wait: left)
            onHead(
                ReplyHead(
                    requestID: execution.requestID.description, model: work.model.name, expectedWait: left))
        }
    }

    private func pauseSubject(_ targets: [Deployment]) -> PauseBook.Subject {
        PauseBook.Subject(
            model: work.model.name, clients: [caller.name, caller.settings.name],
            providers: Set(targets.map(\.settings.provider)))
    }

    private func nobody(_ opening: MonotonicInstant, _ now: MonotonicInstant) -> GatewayError {
        var error = GatewayError(
            .noHealthyTarget, "no deployment of the model \(work.model.name) may be asked before the deadline")
        error.model = work.model.name
        error.attempts = execution.attempts
        error.notProcessed = execution.attempts == 0
        if opening < .distantFuture { error.retryAfter = opening - now }
        trace.note(.reject, nil, at: now, "nobody may be asked in time", error: error)
        return error
    }

    // MARK: The answer

    private func info(for answer: UpstreamAnswer, _ target: Deployment) -> ReplyInfo {
        let total = scheduler.now - execution.started
        // Time in other attempts, and between them, is not the gateway's own work.
        let elsewhere = path.reduce(Duration.zero) { $0 + $1.wait } + path.dropLast().reduce(.zero) { $0 + $1.duration }
        var info = answer.body.info
        info.requestID = execution.requestID.description
        info.model = target.model
        info.provider = target.settings.provider
        info.attempts = execution.attempts
        info.latency = Latency(
            queue: path.reduce(.zero) { $0 + $1.wait }, firstToken: answer.firstContent, total: total,
            overhead: max(.zero, total - elsewhere - answer.upstreamTime))
        info.cost = quota.cost
        info.usageSource = quota.source
        info.cache = .bypass
        info.upstreamID = answer.upstreamID
        info.source = target.model == work.model.name ? .model : .fallback
        info.path = path
        return info
    }

    /// What the attempts were, for an answer that none of them gave.
    var pathSoFar: [AttemptInfo] { path }
    var mayAnswerOtherwise: Bool { !hasSentContent }
}
