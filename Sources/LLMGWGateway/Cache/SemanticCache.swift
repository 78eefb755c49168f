import LLMGWCore
import LLMGWPolicy
import LLMGWWire

/// Has questions embedded, so that those which mean the same find each other's answers. Off unless the configuration turns it on.
///
/// An embedding is an upstream call like any other, on the caller's behalf: limits, budgets and breakers count. It never looks into the
/// cache, and nobody waits for it longer than the configured time: what has no embedding by then is a miss.
@GatewayLoop
final class SemanticCache {
    /// One embedding under way, for all requests with the same question.
    private final class Embedding {
        var waiters: [UInt64: CheckedContinuation<UnitVector?, Never>] = [:]
    }

    private let settings: SemanticCacheSettings
    private let model: ModelSettings
    private let mark: String
    private let embeddings: EmbedService
    private let addresses: CacheAddressBook
    private let scheduler: any LoopScheduler
    private var rest = EmbeddingRest()
    private var running: [CacheKey: Embedding] = [:]
    private var lastWaiter: UInt64 = 0

    /// Nil where it is off.
    init?(
        _ settings: SemanticCacheSettings, embeddings: EmbedService, addresses: CacheAddressBook,
        scheduler: any LoopScheduler
    ) {
        guard settings.mode != .off, let name = settings.model, let target = addresses.target(named: name) else {
            return nil
        }
        self.settings = settings
        self.model = target.model
        // Vectors of different models cannot be compared.
        self.mark = CacheKey(bytes: target.fingerprint).map { "\($0)\n" } ?? ""
        self.embeddings = embeddings
        self.addresses = addresses
        self.scheduler = scheduler
    }

    /// Nil where the request wants no answer but its own, embeddings fail at present, or its caller may not use the embedding model.
    func question(_ request: ChatRequest, _ plan: CachePlan, _ call: Call) -> SemanticQuestion? {
        guard rest.allows(now: scheduler.now), plan.reads, !plan.onlyIfCached, wants(call.options.cache.semantic),
            let text = request.soleQuestion,
            (1...settings.maxTextBytes).contains(text.utf8.count),
            call.execution.caller?.client.allows(model.name) ?? false
        else { return nil }
        let prompt = PromptGuard(text)
        guard let group = addresses.address(request.asking(mark + prompt.marks), for: call.peer) else { return nil }
        return SemanticQuestion(
            cache: self, text: text, prompt: prompt, group: group.key, threshold: settings.threshold)
    }

    private func wants(_ asked: Bool?) -> Bool {
        switch settings.mode {
        case .off: false
        case .optIn: asked == true
        case .on: asked != false
        }
    }

    // MARK: Embeddings

    /// Nil where there is none in time, or the caller wants nothing more. `key` is that of the request.
    func vector(
        of question: SemanticQuestion, at key: CacheKey, for execution: Execution, trace: TraceRecorder
    ) async -> UnitVector? {
        let latest = min(scheduler.now + settings.timeout, execution.deadline)
        let embedding = running[key] ?? begin(question, key, execution, latest, trace)
        lastWaiter += 1
        let waiter = lastWaiter
        // The embedding's own time is only asked for where it waits; this is what the request can rely on.
        let timer = scheduler.schedule(at: latest) {
            embedding.waiters.removeValue(forKey: waiter)?.resume(returning: nil)
        }
        execution.interrupt = { _ in embedding.waiters.removeValue(forKey: waiter)?.resume(returning: nil) }
        defer {
            timer.cancel()
            execution.interrupt = nil
        }
        return await withCheckedContinuation { embedding.waiters[waiter] = $0 }
    }

    private func begin(
        _ question: SemanticQuestion, _ key: CacheKey, _ execution: Execution, _ latest: MonotonicInstant,
        _ trace: TraceRecorder
    ) -> Embedding {
        let embedding = Embedding()
        running[key] = embedding
        let own = Execution(
            requestID: execution.requestID, started: scheduler.now, deadline: latest, caller: execution.caller,
            operation: CanonicalRequest.Kind.embed.operation)
        GatewayLoop.start { [self] in
            var vector: [Float]?
            do throws(GatewayError) {
                vector = try await embeddings.vector(of: question.text, model, own, trace)
                rest.succeeded()
            } catch {
                trace.note(.cache, nil, at: scheduler.now, "the question has no embedding", error: error)
                rest.failed(error, now: scheduler.now)
            }
            running[key] = nil
            let waiters = embedding.waiters
            embedding.waiters = [:]
            for continuation in waiters.values { continuation.resume(returning: vector.flatMap(UnitVector.init)) }
        }
        return embedding
    }
}
