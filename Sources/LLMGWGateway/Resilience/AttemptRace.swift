import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// Drives a `HedgeRace`: an attempt, and beside it a second one where `Hedging` allows that. Each is told to the log once, when it ends.
@GatewayLoop
final class AttemptRace {
    typealias Result = Swift.Result<UpstreamAnswer, GatewayError>

    private let execution: Execution
    private let sink: (any ChunkSink)?
    private let client: UpstreamClient
    private let log: AttemptLog
    private let hedging: Hedging
    private let scheduler: any LoopScheduler
    private let first: RunningAttempt
    private var hedge: RunningAttempt?
    private var race = HedgeRace()
    private var hedgeOutcome: HedgeOutcome?
    private var firstResult: Result?
    private var timer: (any ScheduledAction)?
    private var continuation: CheckedContinuation<(RunningAttempt, Result), Never>?

    init(
        _ first: RunningAttempt, execution: Execution, sink: (any ChunkSink)?, client: UpstreamClient, log: AttemptLog,
        hedging: Hedging, scheduler: any LoopScheduler
    ) {
        self.first = first
        self.execution = execution
        self.sink = sink
        self.client = client
        self.log = log
        self.hedging = hedging
        self.scheduler = scheduler
    }

    /// The attempt that decides what becomes of the request, and its result.
    func run() async -> (attempt: RunningAttempt, result: Result) {
        if let cancellation = execution.cancellation {
            log.ended(first, .failure(cancellation))
            return (first, .failure(cancellation))
        }
        let outcome = await withCheckedContinuation { continuation in
            self.continuation = continuation
            execution.interrupt = { [weak self] in self?.cancel($0) }
            sink?.onResume = { [weak self] in self?.resume() }
            begin(first, as: .first)
            if race.mayHedge, let instant = hedging.firstLook(at: first) { look(at: instant) }
        }
        execution.interrupt = nil
        sink?.onResume = nil
        return outcome
    }

    private func begin(_ attempt: RunningAttempt, as runner: HedgeRace.Runner) {
        attempt.upstream.onContent = { [weak self] in self?.content(of: runner) }
        if attempt.permits.provider?.isProbe == true {
            attempt.upstream.onConnected = { [log, target = attempt.target, permits = attempt.permits] in
                log.connected(target, permits)
            }
        }
        attempt.upstream.begin(
            attempt.operation, client: client, provider: attempt.target.provider.settings,
            upstreamModel: attempt.target.settings.upstreamModel
        ) { [weak self] in self?.ended(runner, $0) }
    }

    private func attempt(_ runner: HedgeRace.Runner) -> RunningAttempt? { runner == .first ? first : hedge }

    // MARK: Events

    private func look(at instant: MonotonicInstant) {
        timer = scheduler.schedule(at: instant) { [weak self] in self?.timerFired() }
    }

    private func timerFired() {
        timer = nil
        guard race.mayHedge else { return }
        let slow = hedging.slow(first)
        guard scheduler.now >= slow else { return look(at: slow) }
        guard let second = hedging.begin(beside: first) else { return }
        hedge = second
        race.hedgeBegan()
        begin(second, as: .hedge)
    }

    private func content(of runner: HedgeRace.Runner) {
        guard case .deliver(let loser) = race.content(of: runner) else { return }
        stopTimer()
        if let loser { drop(loser, Self.lost) }
        settleHedge(runner == .hedge ? .won : .lost)
        guard let attempt = attempt(runner) else { return }
        attempt.upstream.showsPhase = true
        log.content(attempt)
    }

    private func ended(_ runner: HedgeRace.Runner, _ result: Result) {
        guard let attempt = attempt(runner) else { return }
        if runner == .first { firstResult = result }
        let end = hedging.end(result)
        switch race.ended(runner, end) {
        case .ignore: break
        case .wait:
            log.ended(attempt, result)
            if runner == .hedge { settleHedge(.failed) }
            execution.phase = .waitingForFirstToken
        case .finish(let decisive, let loser):
            // The one that answered is the last of the path.
            if let loser { drop(loser, Self.lost) }
            log.ended(attempt, result)
            settleHedge(decisive == .hedge ? .won : runner == .hedge ? .failed : end == .answered ? .lost : .cancelled)
            guard let winner = self.attempt(decisive), let outcome = decisive == runner ? result : firstResult else {
                preconditionFailure("only what has ended decides")
            }
            finish(winner, outcome)
        }
    }

    private func cancel(_ error: GatewayError) {
        for runner in race.cancel() { drop(runner, error) }
        settleHedge(.cancelled)
        finish(first, .failure(error))
    }

    private func resume() {
        // Only the one whose content is passed on was ever paused.
        first.upstream.resume()
        hedge?.upstream.resume()
    }

    // MARK: Ends

    private static let lost = GatewayError(.hedgeLost, "the other of two attempts came first")

    private func drop(_ runner: HedgeRace.Runner, _ error: GatewayError) {
        guard let attempt = attempt(runner) else { return }
        var error = error
        if attempt.upstream.drop() { error.notProcessed = true }
        log.ended(attempt, .failure(error))
    }

    private func finish(_ attempt: RunningAttempt, _ result: Result) {
        stopTimer()
        continuation?.resume(returning: (attempt, result))
        continuation = nil
    }

    /// The first that is said of it counts.
    private func settleHedge(_ outcome: HedgeOutcome) {
        guard let hedge, hedgeOutcome == nil else { return }
        hedgeOutcome = outcome
        hedging.note(hedge, outcome)
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }
}
