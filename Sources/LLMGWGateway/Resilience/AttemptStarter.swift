import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Takes an attempt's last steps before it leaves: nobody holds it back, there is time, both breakers permit it.
@GatewayLoop
final class AttemptStarter {
    private let work: InferenceWork
    private let execution: Execution
    private let sink: (any ChunkSink)?
    private let registry: DeploymentRegistry
    private let candidates: Candidates
    private let caller: QuotaClient
    private let pauses: Pauses
    private let log: AttemptLog
    private let chunkTimes: ChunkTimes
    private let scheduler: any LoopScheduler
    private let onHead: @GatewayLoop (ReplyHead) -> Void

    init(
        _ work: InferenceWork, execution: Execution, sink: (any ChunkSink)?, registry: DeploymentRegistry,
        candidates: Candidates, caller: QuotaClient, pauses: Pauses, log: AttemptLog, chunkTimes: ChunkTimes,
        scheduler: any LoopScheduler, onHead: @escaping @GatewayLoop (ReplyHead) -> Void
    ) {
        self.work = work
        self.execution = execution
        self.sink = sink
        self.registry = registry
        self.candidates = candidates
        self.caller = caller
        self.pauses = pauses
        self.log = log
        self.chunkTimes = chunkTimes
        self.scheduler = scheduler
        self.onHead = onHead
    }

    /// What an operator may have paused.
    func pauseSubject(_ targets: [Deployment]) -> PauseBook.Subject {
        PauseBook.Subject(
            model: work.model.name, clients: [caller.name, caller.settings.name],
            providers: Set(targets.map(\.settings.provider)))
    }

    func head(at target: Deployment) -> ReplyHead {
        ReplyHead(
            requestID: execution.requestID.description, model: target.model, provider: target.settings.provider,
            cache: .bypass)
    }

    /// `place` is given back where the attempt may not begin; that is nil. `since` is when its wait began.
    func start(
        at target: Deployment, _ decision: TraceStep.Decision, _ operation: UpstreamOperation, place: QuotaPlace,
        since: MonotonicInstant
    ) -> RunningAttempt? {
        let started = scheduler.now
        // Without the deadline a late request would reach the upstream before its clock is looked at.
        guard started < execution.deadline, !pauses.isHeld(pauseSubject([target])),
            let permits = registry.acquire(target, now: started)
        else {
            place.giveBack()
            return nil
        }
        candidates.noteAttempt(at: target)
        log.began(at: target)
        var head = head(at: target)
        head.attempt = UInt32(log.begun)
        onHead(head)
        return RunningAttempt(
            at: target, decision, operation,
            upstream: UpstreamAttempt(
                execution, sink: sink, place: place, pace: pace(at: target), showsPhase: decision != .hedge),
            place: place, permits: permits, started: started, wait: started - since)
    }

    private func pace(at target: Deployment) -> ChunkPace? {
        guard execution.isStream else { return nil }
        let entry = chunkTimes.entry(
            for: RequestFigures.Target(
                operation: GenerativeAI.operation(execution.operation), provider: target.settings.provider,
                model: work.model.name))
        return ChunkPace(entry, scheduler: scheduler)
    }
}
