import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream
import LLMGWWire

/// The cache's place before the attempts: a stored answer, else another request's upstream call, else an upstream call of its own.
@GatewayLoop
struct CachedInference {
    let cache: ReplyCache
    let use: CacheUse
    let caller: CacheCaller
    let statistics: Statistics
    let desk: QuotaDesk
    /// It has been counted among its client's requests.
    var hasTurn = false

    private var now: MonotonicInstant { cache.scheduler.now }

    func run() async throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo) {
        try caller.execution.checkCancellation()
        var caller = caller
        var substitute: (entry: CacheEntry, state: CacheState)?
        if use.plan.reads {
            await cache.load(use, for: caller.execution)
            try caller.execution.checkCancellation()
            switch cache.find(use.address.key, maxAge: use.plan.maxAge, accepts: { _ in true }) {
            case .none: break
            case .fresh(let entry) where !use.address.renewsEarly,
                .renewEarly(let entry) where !use.plan.mayRenew:
                if try await waitsForTurn() { return try await counted.run() }
                return try await serve(entry, .hit)
            case .fresh(let entry), .renewEarly(let entry): substitute = (entry, .hit)
            case .stale(let entry, let by):
                guard case .reply = entry.content else { break }
                // What is younger by the configuration, but not for this caller, is none for him.
                let isYoungEnough = use.plan.maxAge.map { entry.lifetime.age(now: cache.clock()) < $0 } ?? true
                if isYoungEnough, by < use.plan.staleWhileRevalidate {
                    if try await waitsForTurn() { return try await counted.run() }
                    renew()
                    return try await serve(entry, .stale)
                }
                if by < use.plan.staleIfError { substitute = (entry, .stale) }
            }
        }
        guard !use.plan.onlyIfCached else {
            throw GatewayError(.notCached, "the answer is not in the cache, and the request allows no other")
        }
        if canJoin, try await waitsForTurn() { return try await counted.run() }
        var vector: UnitVector?
        if let question = use.question, substitute == nil, !canJoin {
            vector = await question.cache.vector(
                of: question, at: use.address.key, for: caller.execution, trace: caller.trace)
            try caller.execution.checkCancellation()
            // An equal request that compares nothing may have been faster.
            if case .fresh(let entry) = cache.find(use.address.key, maxAge: use.plan.maxAge, accepts: { _ in true }) {
                if try await waitsForTurn() { return try await counted.run() }
                return try await serve(entry, .hit)
            }
            if let vector, let similar = cache.find(question, vector, maxAge: use.plan.maxAge) {
                if try await waitsForTurn() { return try await counted.run() }
                return try await serve(similar.entry, .hit, similarity: similar.similarity)
            }
        }
        if use.plan.reads { cache.noteMiss() }
        caller.hasSubstitute = substitute != nil
        let subscription = Subscription(caller, scheduler: cache.scheduler)
        let state = join(subscription, vector)
        let outcome = await subscription.wait()
        // Whoever took over the call asked for itself.
        let finalState = subscription.state ?? state
        switch outcome {
        case .success(let answer): return try complete(answer, finalState, subscription)
        case .failure(let error):
            if let substitute, !subscription.hasDelivered, Cacheability.mayServeStale(after: error) {
                caller.trace.note(.cache, nil, at: now, "an older answer, because no upstream gave one", error: error)
                return try await serve(substitute.entry, substitute.state)
            }
            cache.counters.note(finalState, model: use.address.model.name, client: use.client)
            throw error
        }
    }

    /// An answer that needs no upstream, a stored one or another request's, counts among its client's requests. True where it had to wait for its
    /// turn: everything may have changed meanwhile.
    private func waitsForTurn() async throws(GatewayError) -> Bool {
        guard !hasTurn, let client = caller.execution.caller?.client else { return false }
        return try await desk.awaitTurn(client, model: use.address.model.name, caller.execution)
    }

    private var counted: CachedInference {
        var counted = self
        counted.hasTurn = true
        return counted
    }

    // MARK: A stored answer

    /// `similarity` where it is the answer to another question.
    private func serve(
        _ entry: CacheEntry, _ state: CacheState, similarity: Double? = nil
    ) async throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo) {
        caller.trace.note(
            .cache, nil, at: now, similarity == nil ? "\(state)" : "\(state): the answer to a similar question")
        cache.noteHit(of: entry)
        switch entry.content {
        case .failure(let error):
            cache.counters.note(
                state, model: entry.model, client: use.client, saved: entry.lifetime.recomputation, negative: true)
            throw error
        case .reply(let reply):
            cache.counters.note(
                state, model: entry.model, client: use.client, saved: entry.lifetime.recomputation, cost: reply.cost,
                semantic: similarity != nil)
            let (pieces, body) = try read(reply, of: entry)
            if let sink = caller.sink {
                caller.onHead(ReplyHead(model: entry.model, provider: reply.provider, cache: state))
                if let error = await replay(pieces, to: sink) { throw error }
            }
            var info = entry.info(state, for: caller.execution, now: now, clock: cache.clock)
            info.cacheSimilarity = similarity
            return (body, info)
        }
    }

    /// The stored answer in the form that the caller wants: with the messages of a stream, or in one piece.
    private func read(
        _ reply: StoredReply, of entry: CacheEntry
    ) throws(GatewayError) -> (pieces: [[UInt8]], body: UpstreamAnswer.Body) {
        do throws(MessageError) {
            let body = try UpstreamAnswer.Body.decode(entry.kind, reply.end, with: cache.codec)
            if caller.sink != nil { return reply.pieces.map { ($0, body) } ?? body.split(with: cache.codec) }
            guard let pieces = reply.pieces else { return ([], body) }
            return ([], try body.joined(pieces, with: cache.codec))
        } catch {
            throw GatewayError(.internalError, "a stored answer cannot be read: \(error)")
        }
    }

    private func replay(_ pieces: [[UInt8]], to sink: any ChunkSink) async -> GatewayError? {
        await withCheckedContinuation { continuation in
            Replay(pieces, to: sink, caller.execution, scheduler: cache.scheduler) {
                continuation.resume(returning: $0)
            }
            .start()
        }
    }

    // MARK: A shared call

    private var canJoin: Bool { use.plan.coalesces && cache.flight(for: use)?.flight.isOpen == true }

    /// Joins a call under way, or begins one.
    private func join(_ subscription: Subscription, _ vector: UnitVector?) -> CacheState {
        if use.plan.coalesces, let call = cache.flight(for: use), call.join(subscription, as: .coalesced) {
            let leader = call.requestID.map { "waits for the answer to request \($0)" } ?? ""
            caller.trace.note(.cache, nil, at: now, leader)
            call.keep(for: use.plan)
            return .coalesced
        }
        let state: CacheState = use.plan.reads || use.plan.writes ? .miss : .bypass
        let call = begin(isDetached: false, vector)
        let joined = call.join(subscription, as: state)
        precondition(joined, "a call that just began has room")
        call.start(caller.ask, caller.execution.detached(), hasSubstitute: subscription.caller.hasSubstitute)
        return state
    }

    /// Makes an answer anew that is served meanwhile; once at a time.
    private func renew() {
        guard use.plan.mayRenew, cache.flight(for: use) == nil else { return }
        let execution = caller.execution
        let time = execution.deadline - execution.started
        // Nobody waits for it.
        let behalf = execution.caller.map { Caller(client: $0.client, priority: .batch, peer: $0.peer) }
        let renewal = Execution(
            requestID: execution.requestID, started: now, deadline: now + time, caller: behalf,
            operation: execution.operation)
        // The next request begins another one.
        renewal.mayRepeat = false
        begin(isDetached: true).start(caller.ask, renewal, hasSubstitute: true)
    }

    private func begin(isDetached: Bool, _ vector: UnitVector? = nil) -> SharedCall {
        let (cache, use, started, statistics) = (cache, use, now, statistics)
        let epoch = cache.beginFill()
        let call = SharedCall(
            isStream: use.address.isStream, plan: use.plan, logLimit: cache.limits.maxEntryBytes,
            isDetached: isDetached,
            codec: cache.codec, scheduler: cache.scheduler,
            onUnclaimed: { execution, outcome in
                let model = use.address.model
                switch outcome {
                case .success((let body, let info)):
                    statistics.noteUnclaimed(execution, model: model, error: nil, usage: body.usage, info: info)
                case .failure(let error): statistics.noteUnclaimed(execution, model: model, error: error)
                }
            }
        ) { call, outcome in
            cache.unlink(call, for: use)
            guard call.plan.writes, let outcome, let content = content(of: outcome, call) else {
                return cache.abandonFill(epoch)
            }
            var use = use
            use.plan = call.plan
            cache.store(content, for: use, took: cache.scheduler.now - started, epoch: epoch, vector: vector)
        }
        if use.plan.coalesces || isDetached { cache.link(call, for: use) }
        return call
    }

    /// What of the call's outcome is worth keeping; nil where nothing is.
    private func content(of outcome: InferenceOutcome, _ call: SharedCall) -> CacheEntry.Content? {
        switch outcome {
        case .failure(let error):
            let isOfThisModel = error.model == nil || error.model == use.address.model.name
            guard isOfThisModel, use.address.settings.negativeTTL > .zero, Cacheability.isLasting(error) else {
                return nil
            }
            return .failure(error)
        case .success(let (body, info)):
            // Another model's answer is not what an equal request to this one would get.
            guard info.source == .model, !call.hasRefusal, body.finishReasons.allSatisfy(Cacheability.isComplete),
                !call.isStream || call.flight.isWhole
            else { return nil }
            return .reply(
                StoredReply(
                    pieces: call.isStream ? call.flight.pieces : nil, end: body.encode(with: cache.codec),
                    upstreamModel: info.upstreamModel, upstreamID: info.upstreamID,
                    provider: info.provider, cost: info.cost))
        }
    }

    /// The answer of a shared call, in this request's form.
    private func complete(
        _ answer: (body: UpstreamAnswer.Body, info: ReplyInfo), _ state: CacheState, _ subscription: Subscription
    ) throws(GatewayError) -> (body: UpstreamAnswer.Body, info: ReplyInfo) {
        var (body, info) = answer
        info.cache = state
        info.cacheKey = use.plan.writes || use.plan.reads ? use.address.key.description : nil
        let total = now - caller.execution.started
        if state == .coalesced {
            info.requestID = caller.execution.requestID.description
            info.latency = Latency(queue: total, firstToken: nil, total: total, overhead: .zero)
            info.attempts = 0
            info.path = []
            info.cost = nil
            info.usageSource = .cache
        }
        cache.counters.note(
            state, model: use.address.model.name, client: use.client, saved: state == .coalesced ? total : .zero,
            cost: state == .coalesced ? answer.info.cost : nil)
        guard caller.sink == nil, !subscription.pieces.isEmpty else { return (body, info) }
        do throws(MessageError) {
            body = try body.joined(subscription.pieces, with: cache.codec)
        } catch {
            throw GatewayError(.internalError, "a stream's pieces cannot be read: \(error)")
        }
        return (body, info)
    }
}

extension CacheEntry {
    /// How the answer was made, as this request is told.
    func info(
        _ state: CacheState, for execution: Execution, now: MonotonicInstant, clock: CacheClock
    ) -> ReplyInfo {
        var info = info(state)
        let own = ownInfo(for: execution, now: now, clock: clock)
        info.requestID = own.requestID
        info.latency = own.latency
        info.cacheAge = own.cacheAge
        return info
    }

    /// As every request is told that gets it.
    func info(_ state: CacheState) -> ReplyInfo {
        guard case .reply(let reply) = content else { return ReplyInfo() }
        return ReplyInfo(
            model: model, upstreamModel: reply.upstreamModel, provider: reply.provider, cache: state,
            upstreamID: reply.upstreamID, source: .model, cacheKey: key.description, usageSource: .cache)
    }

    /// As this request alone is told.
    func ownInfo(for execution: Execution, now: MonotonicInstant, clock: CacheClock) -> ReplyInfo {
        let total = now - execution.started
        return ReplyInfo(
            requestID: execution.requestID.description,
            latency: Latency(queue: .zero, firstToken: nil, total: total, overhead: total),
            cacheAge: lifetime.age(now: clock()))
    }
}

extension Execution {
    /// For an upstream call that others may share. Its decisions keep to the deadline of whoever began it, but a transfer that others wait
    /// for too does not end by it; who waits has a clock of his own.
    func detached() -> Execution {
        Execution(
            requestID: requestID, started: started, deadline: deadline, transferDeadline: .distantFuture,
            caller: caller, operation: operation)
    }
}
