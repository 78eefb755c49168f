import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// One request on its way to an answer: attempt after attempt, until one succeeds or the policy says that it is enough.
///
/// It owns the request's retries and fallbacks; there is no other place that repeats anything.
@GatewayLoop
final class AttemptSequence {
    private enum Outcome {
        case answered(ReplyInfo, UpstreamAnswer)
        case failed(GatewayError)
        /// A breaker or a gate closed the way between choosing and asking.
        case refused
        /// There is no room for it, or its API has no words for it.
        case passedOver(GatewayError)
    }

    /// `others` are the only ones that may be asked in place of the target; nil allows all.
    private typealias Next = (target: Deployment, decision: TraceStep.Decision, others: [Deployment]?)

    private let work: InferenceWork
    private let execution: Execution
    private let sink: (any ChunkSink)?
    private let onHead: @GatewayLoop (ReplyHead) -> Void
    private let registry: DeploymentRegistry
    private let catalog: ModelCatalog
    private let client: UpstreamClient
    private let scheduler: any LoopScheduler
    private let trace: TraceRecorder
    private let quota: RequestQuota
    private let candidates: Candidates
    private let pauses: Pauses
    private let log: AttemptLog
    private let starter: AttemptStarter
    private let hedging: Hedging
    /// The latest attempt that failed. What becomes of the request is decided by it, also where who comes next is passed over.
    private var failure: (error: GatewayError, target: Deployment)?
    /// The latest that had words for the request, but no room.
    private var noRoom: GatewayError?
    /// Since when the present wait before an attempt goes on.
    private var waitingSince: MonotonicInstant
    /// In all waits before attempts.
    private var waited = Duration.zero
    /// In attempts that did not answer, as long as none ran beside them that did.
    private var elsewhere = Duration.zero

    init(
        _ work: InferenceWork, execution: Execution, sink: (any ChunkSink)?, trace: TraceRecorder,
        registry: DeploymentRegistry, catalog: ModelCatalog, client: UpstreamClient, statistics: Statistics,
        scheduler: any LoopScheduler, quota: RequestQuota, caller: QuotaClient, pauses: Pauses,
        onHead: @escaping @GatewayLoop (ReplyHead) -> Void
    ) {
        self.quota = quota
        self.candidates = Candidates(work, registry: registry, quota: quota, caller: caller, scheduler: scheduler)
        self.pauses = pauses
        self.work = work
        self.execution = execution
        self.sink = sink
        self.trace = trace
        self.registry = registry
        self.catalog = catalog
        self.client = client
        self.scheduler = scheduler
        self.onHead = onHead
        self.waitingSince = scheduler.now
        self.log = AttemptLog(registry: registry, statistics: statistics, scheduler: scheduler, trace: trace)
        self.starter = AttemptStarter(
            work, execution: execution, sink: sink, registry: registry, candidates: candidates, caller: caller,
            pauses: pauses, log: log, chunkTimes: statistics.chunkTimes, scheduler: scheduler, onHead: onHead)
        self.hedging = Hedging(
            work, execution: execution, registry: registry, quota: quota, candidates: candidates, starter: starter,
            log: log, statistics: statistics, scheduler: scheduler)
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
        if log.mayHaveRun {
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
        registry.models[work.model.name]?.hedges.deposit()
        while true {
            switch try await ask(target, decision, others) {
            case .answered(let info, let answer):
                return (answer, info)
            case .refused:
                target = try await firstTarget(among: others)
            case .passedOver(let error):
                (target, decision, others) = try await instead(of: target, error, among: others)
            case .failed(let error):
                failure = (error, target)
                (target, decision, others) = try await next(after: error, at: target)
            }
        }
    }

    // MARK: One attempt

    private func ask(
        _ target: Deployment, _ decision: TraceStep.Decision, _ others: [Deployment]?
    ) async throws(GatewayError) -> Outcome {
        let model = try catalog.model(named: target.model)
        let operation = try work.operation(model)
        let head = starter.head(at: target)
        let place: QuotaPlace?
        do throws(GatewayError) {
            place = try await quota.enter(
                operation, target, model, mayStay: { [self] in mayWait(for: target, others) }
            ) { [onHead] forecast in
                var waiting = head
                waiting.queuePosition = UInt32(clamping: forecast.ahead)
                waiting.expectedWait = forecast.wait
                onHead(waiting)
            }
        } catch {
            guard Self.isFull(error.reason) else { throw error }
            return .passedOver(error)
        }
        guard let place else { return .refused }
        guard let first = starter.start(at: target, decision, operation, place: place, since: waitingSince) else {
            guard scheduler.now < execution.deadline else { throw .deadline(notProcessed: execution.attempts == 0) }
            return .refused
        }
        waited += first.wait
        let race = AttemptRace(
            first, execution: execution, sink: sink, client: client, log: log, hedging: hedging, scheduler: scheduler)
        let (attempt, result) = await race.run()
        waitingSince = scheduler.now
        switch result {
        case .success(let answer):
            elsewhere += attempt.started - first.started
            return .answered(info(for: answer, attempt, since: first.started), answer)
        case .failure(var error):
            elsewhere += waitingSince - first.started
            error.provider = attempt.target.settings.provider
            error.model = attempt.target.model
            error.attempts = execution.attempts
            return attempt.isUnsayable(error) ? .passedOver(error) : .failed(error)
        }
    }

    // MARK: Where there is no room, or no words

    /// The limits of one way to the model, not the caller's own wish, end this attempt before it began.
    private static func isFull(_ reason: ErrorReason) -> Bool {
        [.queueFull, .gatewayQuotaExhausted, .exceedsLimit, .budgetExhausted].contains(reason)
    }

    /// Whether a request that waits for the target, which was just closed, had better go on waiting for it.
    private func mayWait(for target: Deployment, _ others: [Deployment]?) -> Bool {
        registry.opening(of: target, now: scheduler.now) <= latestStart
            && candidates.firstOpen(of: (others ?? candidates.ownAndFallbacks).filter { $0 !== target }) == nil
    }

    /// Who is asked where `target` cannot take the request: after a failure whoever it leads to, else another one that is open, or opens in
    /// time. Throws what is in the way where there is none.
    private func instead(
        of target: Deployment, _ error: GatewayError, among others: [Deployment]?
    ) async throws(GatewayError) -> Next {
        candidates.passOver(target)
        var error = error
        error.provider = error.provider ?? target.settings.provider
        let isFull = Self.isFull(error.reason)
        if isFull { noRoom = error }
        let others = others?.filter { !candidates.isPassedOver($0) } ?? candidates.ownAndFallbacks
        if failure == nil, let other = candidates.firstOpen(of: others) { return (other, .attempt, others) }
        if isFull { trace.note(.reject, target, at: scheduler.now, "no room", error: error) }
        if let failure { return try await next(after: failure.error, at: failure.target) }
        let isTooLate = candidates.earliestOpening(of: others) > latestStart || work.hasOtherWords
        if others.isEmpty || isFull && isTooLate { throw noRoom ?? error }
        return (try await firstTarget(among: others), .attempt, others)
    }

    // MARK: What comes after a failure

    private func next(after error: GatewayError, at target: Deployment) async throws(GatewayError) -> Next {
        let now = scheduler.now
        guard execution.mayRepeat else {
            trace.note(.reject, target, at: now, "is not repeated", error: error)
            throw error
        }
        // A chain for refused content is the opt-in that repeating such a request needs.
        let fallback = registry.policy.table[error.reason].fallback
        let isWanted = fallback == .optIn && !work.model.fallbacks.content.isEmpty
        let chain = isWanted ? FallbackChain.content : fallback.chain
        let others = (chain.map { candidates.untried($0) } ?? [])
            .filter { !fallback.needsOtherProvider || $0.settings.provider != target.settings.provider }
        let context = RetryContext(
            // Where there is no room, there is none for the same again.
            attempts: log.begun,
            attemptsOnTarget: candidates.isPassedOver(target) ? .max : candidates.attempts(at: target),
            hasSentContent: log.hasSentContent,
            callerAllowsAmbiguous: work.mayRunTwice ?? registry.settings.retryAmbiguous,
            deadline: execution.deadline, targetOpensAt: registry.opening(of: target, now: now),
            fallbackOpensAt: others.map { registry.opening(of: $0, now: now) }.min())
        switch registry.decide(after: error, at: target, context) {
        case .retry(let at):
            try await pause(until: at, target, "waits before the next attempt")
            return (target, .retry, [target] + others)
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
            let opening = candidates.earliestOpening(of: allowed)
            guard opening <= latestStart, !work.hasOtherWords else { throw nobody(opening, now) }
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

    /// An attempt that begins later would have too little time.
    private var latestStart: MonotonicInstant { execution.deadline + (.zero - registry.settings.minServiceTime) }

    /// Waits while an operator holds the request back. Other models than its own stand in for failures, and a pause is none.
    private func passPauses(_ allowed: [Deployment]?) async throws(GatewayError) {
        let subject = starter.pauseSubject(allowed ?? registry.models[work.model.name]?.deployments ?? [])
        try await pauses.pass(subject, execution) { order, left in
            trace.note(.wait, nil, at: scheduler.now, "\(order.scope) is paused by \(order.actor)", wait: left)
            onHead(
                ReplyHead(
                    requestID: execution.requestID.description, model: work.model.name, expectedWait: left))
        }
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

    /// `start` is that of the attempt, or of the slow one beside which it began.
    private func info(
        for answer: UpstreamAnswer, _ attempt: RunningAttempt, since start: MonotonicInstant
    ) -> ReplyInfo {
        let (total, target) = (scheduler.now - execution.started, attempt.target)
        var info = answer.body.info
        info.requestID = execution.requestID.description
        info.model = target.model
        info.provider = target.settings.provider
        info.attempts = execution.attempts
        // Time in other attempts, and between them, is not the gateway's own work.
        info.latency = Latency(
            queue: waited, firstToken: answer.firstContent.map { $0 + (attempt.started - start) }, total: total,
            overhead: max(.zero, total - waited - elsewhere - answer.upstreamTime))
        info.cost = quota.cost
        info.usageSource = quota.source
        info.cache = .bypass
        info.upstreamID = answer.upstreamID
        info.source = target.model == work.model.name ? .model : .fallback
        info.path = log.path
        return info
    }

    /// What the attempts were, for an answer that none of them gave.
    var pathSoFar: [AttemptInfo] { log.path }
    var mayAnswerOtherwise: Bool { !log.hasSentContent }
}
