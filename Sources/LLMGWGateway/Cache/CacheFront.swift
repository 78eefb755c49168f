import LLMGWCore
import LLMGWPolicy
import LLMGWWire

/// Answers requests from memory before anything else is done with them: from the frame to the reply without a task, a hop or a decoded
/// value.
@GatewayLoop
final class CacheFront {
    private let book: CacheAddressBook
    private let cache: ReplyCache
    private let statistics: Statistics
    private let traces: RequestTraceLog
    private let desk: QuotaDesk

    init(
        book: CacheAddressBook, cache: ReplyCache, statistics: Statistics, traces: RequestTraceLog, desk: QuotaDesk
    ) {
        self.desk = desk
        self.book = book
        self.cache = cache
        self.statistics = statistics
        self.traces = traces
    }

    /// True if the call has its answer. Else it knows, where it can have one, its address in the cache.
    func answer(_ call: Call) -> Bool {
        guard book.isNeeded, let kind = CanonicalRequest.Kind(call.method),
            let address = book.address(kind, call.body, for: call.peer),
            // Who may not use the model may not have its answers either; its service tells it so.
            call.execution.caller?.client.allows(address.model.name) ?? true
        else { return false }
        call.cacheAddress = address
        let control = call.options.cache
        // What is stored tells whether the request has the same answer each time: that need not be read from the request.
        let whenFixed = CachePlan(address.settings, control, CacheTraits(isDeterministic: true))
        guard whenFixed.reads else { return false }
        let finding = cache.find(address.key, maxAge: control.maxAge) { entry in
            guard Self.fits(entry, address) else { return false }
            return entry.isDeterministic
                || CachePlan(address.settings, control, CacheTraits(isDeterministic: false)).reads
        }
        switch finding {
        case .fresh(let entry),
            .renewEarly(let entry) where !whenFixed.mayRenew:
            // Whose client asks more often than it may waits for its turn, as any other request does.
            if let client = call.execution.caller?.client {
                guard desk.passes(client, model: address.model.name) else { return false }
            }
            serve(entry, to: call, address)
            return true
        case .renewEarly:
            call.cacheAddress?.renewsEarly = true
            return false
        case .none, .stale: return false
        }
    }

    /// Whether it can be sent as it is stored.
    private static func fits(_ entry: CacheEntry, _ address: CacheAddress) -> Bool {
        switch entry.content {
        case .failure: true
        case .reply(let reply): (reply.pieces != nil) == address.isStream
        }
    }

    private func serve(_ entry: CacheEntry, to call: Call, _ address: CacheAddress) {
        cache.noteHit(of: entry)
        call.note(address.model, stream: address.isStream)
        let trace = traces.begin(call, model: address.model)
        trace.note(.cache, nil, at: cache.scheduler.now, "hit")
        let saved = entry.lifetime.recomputation
        switch entry.content {
        case .failure(let error):
            cache.counters.note(
                .hit, model: entry.model, client: call.execution.clientName, saved: saved, negative: true)
            end(call, trace, address, error)
        case .reply(let reply):
            cache.counters.note(
                .hit, model: entry.model, client: call.execution.clientName, saved: saved, cost: reply.cost)
            guard let pieces = reply.pieces else { return finish(call, trace, entry, reply, address) }
            call.sendHead(
                ReplyHead(
                    requestID: call.execution.requestID.description, model: entry.model, provider: reply.provider,
                    cache: .hit))
            Replay(pieces, to: call, call.execution, scheduler: cache.scheduler) { [self] error in
                if let error { return end(call, trace, address, error) }
                finish(call, trace, entry, reply, address)
            }.start()
        }
    }

    private func finish(
        _ call: Call, _ trace: TraceRecorder, _ entry: CacheEntry, _ reply: StoredReply, _ address: CacheAddress
    ) {
        let info = entry.ownInfo(for: call.execution, now: cache.scheduler.now, clock: cache.clock)
        trace.end(.success(()))
        var noted = info
        noted.model = entry.model
        noted.provider = reply.provider
        noted.cache = .hit
        statistics.noteEnd(call.execution, model: address.model, error: nil, info: noted)
        call.finish(
            encoded: cache.codec.reply(reply.end, knownInfo: entry.knownInfo(with: cache.codec), info))
    }

    private func end(_ call: Call, _ trace: TraceRecorder, _ address: CacheAddress, _ error: GatewayError) {
        trace.end(.failure(error))
        statistics.noteEnd(call.execution, model: address.model, error: error)
        call.finish(error)
    }
}
