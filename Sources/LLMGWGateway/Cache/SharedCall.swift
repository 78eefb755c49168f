import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream
import LLMGWWire

/// What a request in the cache's hands comes to.
typealias InferenceOutcome = Result<(body: UpstreamAnswer.Body, info: ReplyInfo), GatewayError>

/// Asks the upstreams on behalf of one request. `hasSubstitute`: an older answer will do rather than another model's.
typealias UpstreamAsk =
    @GatewayLoop (
        _ execution: Execution, _ sink: (any ChunkSink)?, _ hasSubstitute: Bool,
        _ onHead: @escaping @GatewayLoop (ReplyHead) -> Void
    ) async throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo)

/// Drives a `Flight`: one upstream call, and all requests that wait for its answer.
///
/// The call has an execution of its own, so that whoever began it may leave. It ends in `finish`, or when the last subscriber has left.
@GatewayLoop
final class SharedCall: ChunkSink {
    let isStream: Bool
    /// The answer as it came; for the cache.
    private(set) var hasRefusal = false
    /// What becomes of the answer, by all who have shared it.
    private(set) var plan: CachePlan
    private(set) var flight: Flight<UInt64>
    private let codec: MessageCodec
    private let scheduler: any LoopScheduler
    /// The call is over; nobody can join it any more.
    private let onEnd: @GatewayLoop (SharedCall, InferenceOutcome?) -> Void
    /// The call on somebody's behalf ended, who is not there any more to be told what it took.
    private let onUnclaimed: @GatewayLoop (Execution, InferenceOutcome) -> Void
    private var subscriptions: [UInt64: Subscription] = [:]
    private var lastNumber: UInt64 = 0
    /// What the cache is to the one on whose behalf the call is made.
    private var leading = CacheState.miss
    private var execution: Execution?
    /// Whoever the call is made for has an older answer, so that no other model is asked.
    private var hasSubstitute = false
    /// What `execution` took is final.
    private var isExecutionOver = false
    /// The last one who wanted the answer, and what it gets: it pays for the call, and waits until that has ended.
    private var last: (subscription: Subscription, result: InferenceOutcome)?
    private var head: ReplyHead?
    private var outcome: InferenceOutcome?
    private var toldToPause = false
    private var wantsPause = false
    private var delayTimer: (any ScheduledAction)?
    var onResume: (@GatewayLoop () -> Void)?

    init(
        isStream: Bool, plan: CachePlan, logLimit: Int, isDetached: Bool, codec: MessageCodec,
        scheduler: any LoopScheduler,
        onUnclaimed: @escaping @GatewayLoop (Execution, InferenceOutcome) -> Void,
        onEnd: @escaping @GatewayLoop (SharedCall, InferenceOutcome?) -> Void
    ) {
        self.isStream = isStream
        self.plan = plan
        self.flight = Flight(logLimit: logLimit, isDetached: isDetached)
        self.codec = codec
        self.scheduler = scheduler
        self.onUnclaimed = onUnclaimed
        self.onEnd = onEnd
    }

    /// Which request the call was begun for.
    var requestID: RequestID? { execution?.requestID }

    /// Whoever joins has a say in what becomes of the answer.
    func keep(for other: CachePlan) { plan = plan.keeping(for: other) }

    /// False where it has to have a call of its own.
    func join(_ subscription: Subscription, as state: CacheState) -> Bool {
        lastNumber += 1
        guard flight.join(lastNumber) else { return false }
        let number = lastNumber
        subscriptions[number] = subscription
        // Who still has something to take keeps the call alive; that ends with its settling.
        subscription.follow { self.handle($0, of: number) }
        subscription.state = state
        if state != .coalesced { leading = state }
        // Who waits for a call must not wait behind those that would let it pass.
        execution?.raise(to: subscription.caller.execution.priority)
        if let head { subscription.tell(head) }
        push(to: number)
        return true
    }

    /// Asks upstream, on the leader's behalf.
    func start(_ ask: @escaping UpstreamAsk, _ execution: Execution, hasSubstitute: Bool) {
        self.execution = execution
        self.hasSubstitute = hasSubstitute
        isExecutionOver = false
        for subscription in subscriptions.values { execution.raise(to: subscription.caller.execution.priority) }
        execution.onPhase = { [weak self] phase in
            for subscription in self?.subscriptions.values ?? [:].values { subscription.caller.execution.phase = phase }
        }
        GatewayLoop.start { [self] in
            let result: InferenceOutcome
            do throws(GatewayError) {
                result = .success(
                    try await ask(execution, isStream ? self : nil, hasSubstitute) { self.spread($0) })
            } catch {
                result = .failure(error)
            }
            isExecutionOver = true
            if let last {
                claim(last.subscription)
                last.subscription.settle(last.result)
            } else if !subscriptions.values.contains(where: { $0.state != .coalesced }) {
                onUnclaimed(execution, result)
            }
            finish(result)
        }
    }

    // MARK: From the upstream

    func send(_ chunk: ChatChunk) -> Bool {
        hasRefusal = hasRefusal || chunk.refusal != nil
        return send(encoded: chunk.encode(with: codec))
    }

    func send(_ chunk: CompleteChunk) -> Bool { send(encoded: chunk.encode(with: codec)) }

    func send(encoded piece: [UInt8]) -> Bool {
        guard !flight.hasEnded else { return false }
        flight.append(piece)
        for number in flight.subscribers { push(to: number) }
        regulate()
        guard wantsPause, !toldToPause else { return false }
        toldToPause = true
        return true
    }

    private func spread(_ head: ReplyHead) {
        self.head = head
        for subscription in subscriptions.values { subscription.tell(head) }
    }

    private func finish(_ result: InferenceOutcome) {
        guard !flight.hasEnded else { return }
        if case .failure(let error) = result {
            let isOwn = Cacheability.isOwn(error)
            switch flight.fail(mayLead: { isOwn || isForsaken($0) }) {
            case .promote(let next, let failed):
                if let failed { settle(failed, with: result) }
                // Who has an older answer takes that now.
                let served = isOwn ? [] : flight.subscribers.filter { !isForsaken($0) }
                for number in served { settle(number, with: result) }
                return promote(next)
            case .shared: break
            }
        } else {
            flight.end()
        }
        delayTimer?.cancel()
        outcome = result
        onEnd(self, result)
        for number in flight.subscribers { push(to: number) }
    }

    /// The call ended where another model would have been asked for this one.
    private func isForsaken(_ number: UInt64) -> Bool {
        hasSubstitute && subscriptions[number]?.caller.hasSubstitute == false
    }

    private func promote(_ number: UInt64) {
        guard let subscription = subscriptions[number] else { return }
        subscription.state = leading
        let caller = subscription.caller
        start(caller.ask, caller.execution.detached(), hasSubstitute: caller.hasSubstitute)
    }

    // MARK: From the subscribers

    private func handle(_ event: Subscription.Event, of number: UInt64) {
        switch event {
        case .resumed:
            flight.resume(number)
            push(to: number)
            regulate()
        case .left(var error):
            // Whether an upstream has seen the request is the call's to know.
            if error.reason == .deadlineExceeded { error = .deadline(notProcessed: execution?.attempts ?? 0 == 0) }
            settle(number, with: .failure(error))
        }
    }

    /// Gives the subscriber what it can take, and its end once it has everything.
    private func push(to number: UInt64) {
        guard let subscription = subscriptions[number] else { return }
        while let piece = flight.next(for: number) {
            if subscription.take(piece) { flight.pause(number) }
        }
        if let outcome, flight.hasAll(number) { settle(number, with: outcome) }
    }

    private func settle(_ number: UInt64, with result: InferenceOutcome) {
        guard let subscription = subscriptions.removeValue(forKey: number) else { return }
        let pays = subscription.state != .coalesced
        if pays { claim(subscription) }
        guard flight.leave(number) == .cancel else {
            subscription.settle(result)
            return regulate()
        }
        onEnd(self, nil)
        if pays, execution != nil { last = (subscription, result) } else { subscription.settle(result) }
        execution?.cancel(GatewayError(.cancelled, "all callers of the shared call have left"))
    }

    /// Attempts are counted once, as they are paid for: by whoever began the call, or else by the call itself.
    private func claim(_ subscription: Subscription) {
        guard let execution, isExecutionOver else { return }
        subscription.caller.execution.attempts = execution.attempts
        subscription.caller.execution.queueTime = execution.queueTime
        subscription.caller.execution.spending = execution.spending
    }

    /// Lets the upstream pause or go on, after those have left who would hold up others.
    private func regulate() {
        delayTimer?.cancel()
        delayTimer = nil
        switch flight.delay(now: scheduler.now) {
        case .none: break
        case .tolerated(let end):
            delayTimer = scheduler.schedule(at: end) { [weak self] in self?.regulate() }
        case .over(let slow):
            let error = GatewayError(
                .readerTooSlow,
                "others wait for the same answer, and this reader is more than cache.max_entry_bytes behind")
            for number in slow { settle(number, with: .failure(error)) }
        }
        switch flight.flow() {
        case .none: break
        case .pause: wantsPause = true
        case .resume:
            wantsPause = false
            guard toldToPause else { return }
            toldToPause = false
            onResume?()
        }
    }
}
