import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import LLMGWUpstream
import LLMGWWire

/// What times answers' lives. Unlike the timers' clock it goes on while the host is suspended: what was fresh in the evening is not in the morning.
typealias CacheClock = @GatewayLoop () -> MonotonicInstant

/// The shared cache: stored answers, and the upstream calls that several requests share. It outlives a change of the configuration.
@GatewayLoop
final class ReplyCache {
    struct Limits: Hashable {
        var maxBytes: Int
        var maxEntries: Int
        var maxEntryBytes: Int
        var eviction: CacheSettings.Eviction
        /// Nothing where questions are not compared.
        var questions: SemanticIndex.Limits

        init(_ settings: CacheSettings) {
            maxBytes = settings.maxBytes
            maxEntries = settings.maxEntries
            maxEntryBytes = settings.maxEntryBytes
            eviction = settings.eviction
            let semantic = settings.semantic
            questions = SemanticIndex.Limits(
                maxEntries: semantic.mode == .off ? 0 : semantic.maxEntries,
                maxGroupEntries: semantic.maxGroupEntries, maxBytes: semantic.maxBytes)
        }
    }

    /// What requests have in common that can share an upstream call.
    private struct FlightKey: Hashable {
        let key: CacheKey
        let fallbacks: [String]
        let isStream: Bool
    }

    private(set) var limits: Limits
    let codec = MessageCodec()
    let scheduler: any LoopScheduler
    let clock: CacheClock
    let counters: CacheCounters
    /// Nil where answers do not outlive the process.
    let disk: CacheDisk?
    private(set) var memory: MemoryCache<CacheEntry>
    /// Of the answers in memory, those to questions that can be compared.
    private(set) var questions: SemanticIndex
    private(set) var questionHits: UInt64 = 0
    private(set) var questionMisses: UInt64 = 0
    private(set) var memoryHits: UInt64 = 0
    private(set) var memoryMisses: UInt64 = 0
    private(set) var expirations: UInt64 = 0
    private var purges = PurgeLog()
    /// Purges that the file has not done yet: until then it still has what they mean.
    private var openPurges = 0
    private var flights: [FlightKey: (call: SharedCall, address: CacheAddress)] = [:]
    private var random = RandomSource()

    init(
        _ limits: Limits, scheduler: any LoopScheduler, clock: @escaping CacheClock, counters: CacheCounters,
        disk: CacheDisk?
    ) {
        self.disk = disk
        self.clock = clock
        self.limits = limits
        self.scheduler = scheduler
        self.counters = counters
        self.memory = MemoryCache(
            maxBytes: limits.maxBytes, maxEntries: limits.maxEntries, policy: limits.eviction)
        self.questions = SemanticIndex(limits.questions)
    }

    /// Other limits begin with an empty memory. Purges, calls under way and the file go on: a purge means all of them.
    func adapt(to limits: Limits) {
        guard limits != self.limits else { return }
        var previous = self.limits
        previous.questions = limits.questions
        self.limits = limits
        questions = SemanticIndex(limits.questions)
        guard previous != limits else { return }
        memory = MemoryCache(maxBytes: limits.maxBytes, maxEntries: limits.maxEntries, policy: limits.eviction)
        if disk != nil { GatewayLoop.start { await self.warm() } }
    }

    // MARK: Stored answers

    /// The answer to another question.
    struct SimilarAnswer {
        let entry: CacheEntry
        let similarity: Double
    }

    /// What a look into the cache found.
    enum Finding {
        case none
        case fresh(CacheEntry)
        /// Fresh, but this request had better make it anew.
        case renewEarly(CacheEntry)
        case stale(CacheEntry, by: Duration)
    }

    /// `accepts` is asked once it is known that there is one.
    func find(_ key: CacheKey, maxAge: Duration?, accepts: (CacheEntry) -> Bool) -> Finding {
        let now = clock()
        guard let entry = memory.use(key), accepts(entry) else { return .none }
        if entry.isOver(now: now) {
            remove(key)
            expirations += 1
            return .none
        }
        switch entry.lifetime.verdict(now: now, maxAge: maxAge, random: &random) {
        case .fresh: return .fresh(entry)
        case .renewEarly: return .renewEarly(entry)
        case .stale(let by): return .stale(entry, by: by)
        }
    }

    func noteHit(of entry: CacheEntry) {
        memoryHits += 1
        entry.hits += 1
    }

    func noteMiss() { memoryMisses += 1 }

    /// The fresh answer to the nearest question that means the same.
    func find(_ question: SemanticQuestion, _ vector: UnitVector, maxAge: Duration?) -> SimilarAnswer? {
        if let match = questions.nearest(
            in: question.group, to: vector, question.prompt, threshold: question.threshold)
        {
            switch find(match.key, maxAge: maxAge, accepts: { _ in true }) {
            case .fresh(let entry), .renewEarly(let entry):
                questionHits += 1
                return SimilarAnswer(entry: entry, similarity: match.similarity)
            case .none, .stale: break
            }
        }
        questionMisses += 1
        return nil
    }

    var purgeEpoch: PurgeLog.Epoch { purges.epoch }

    func beginFill() -> PurgeLog.Epoch { purges.begin() }
    func abandonFill(_ epoch: PurgeLog.Epoch) { purges.abandon(epoch) }

    /// Stores an answer, unless something that was purged since it began to be made means it. `vector` is where its question is.
    func store(
        _ content: CacheEntry.Content, for use: CacheUse, took: Duration, epoch: PurgeLog.Epoch,
        vector: UnitVector? = nil
    ) {
        let ttl = if case .failure = content { use.address.settings.negativeTTL } else { use.plan.ttl }
        let address = use.address
        let entry = CacheEntry(
            key: address.key, kind: address.kind, scope: address.scope, model: address.model.name, tags: use.plan.tags,
            lifetime: CacheLifetime(now: clock(), ttl: ttl, recomputation: took, random: &random),
            staleTime: max(use.plan.staleWhileRevalidate, use.plan.staleIfError),
            isDeterministic: use.traits.isDeterministic, content: content)
        guard purges.end(epoch, entry.attributes), entry.size <= limits.maxEntryBytes else { return }
        insert(entry)
        if let vector, let question = use.question, case .reply = content, memory.value(entry.key) != nil {
            questions.insert(entry.key, in: question.group, vector, question.prompt)
        }
        disk?.write(entry, epoch: UInt32(truncatingIfNeeded: epoch.number))
    }

    // MARK: The disk tier

    /// Brings the answer into memory, if it is on disk only. What was purged meanwhile stays away.
    func load(_ use: CacheUse, for execution: Execution) async {
        let key = use.address.key
        guard disk != nil, memory.value(key) == nil, flight(for: use) == nil else { return }
        let epoch = purges.epoch
        guard let entry = await onDisk(key, for: execution), purges.epoch == epoch else { return }
        adopt(entry)
    }

    /// Nil while the file still has what was purged.
    func onDisk(_ key: CacheKey, for execution: Execution? = nil) async -> CacheEntry? {
        openPurges == 0 ? await disk?.read(key, purges.epoch, for: execution) : nil
    }

    /// Fills the memory with what an earlier process stored.
    func warm() async {
        let epoch = purges.epoch
        await disk?.warm { entry in
            guard self.purges.epoch == epoch, self.openPurges == 0 else { return false }
            self.adopt(entry)
            return self.memory.usedBytes < self.limits.maxBytes / 10 * 9 && self.memory.count < self.limits.maxEntries
        }
    }

    /// After the disk tier was closed for another process that did not want it in the end. What is stored while it opens is kept, too.
    func reopenDisk() throws(GatewayError) {
        guard let disk else { return }
        try disk.reopen()
        GatewayLoop.start { await self.warm() }
    }

    private func adopt(_ entry: CacheEntry) {
        guard !entry.isOver(now: clock()), memory.value(entry.key) == nil else { return }
        insert(entry)
    }

    /// A question stays where it is when its answer is made anew.
    private func insert(_ entry: CacheEntry) {
        let isStored = memory.insert(entry.key, entry, size: entry.size) { questions.remove($0) }
        if case .reply = entry.content, isStored { return }
        questions.remove(entry.key)
    }

    private func remove(_ key: CacheKey) {
        memory.remove(key)
        questions.remove(key)
    }

    /// Looks at every entry.
    private func removeAll(where matches: (CacheEntry) -> Bool) -> Int {
        memory.removeAll { key, entry in
            guard matches(entry) else { return false }
            questions.remove(key)
            return true
        }
    }

    /// Removes what the target means, also what is being made and would be stored later; who asks from now on does not share that either.
    func forget(_ target: PurgeTarget) -> (entries: Int, bytes: Int) {
        purges.purge(target)
        flights = flights.filter { !$0.value.address.attributes(tags: $0.value.call.plan.tags).match(target) }
        let before = memory.usedBytes
        let count = removeAll { $0.attributes.match(target) }
        return (count, before - memory.usedBytes)
    }

    /// The same in the file, which reads nothing before it is done. Returns how many entries went.
    func forgetOnDisk(_ selector: CacheFileSelector) async throws(GatewayError) -> Int? {
        guard let disk else { return nil }
        openPurges += 1
        defer { openPurges -= 1 }
        return try await disk.purge(selector, epoch: UInt32(truncatingIfNeeded: purges.epoch.number))
    }

    /// Removes what not even an upstream's failure would have served any more.
    func removeExpired() -> (entries: Int, bytes: Int) {
        let now = clock()
        let before = memory.usedBytes
        let count = removeAll { $0.isOver(now: now) }
        expirations += UInt64(count)
        return (count, before - memory.usedBytes)
    }

    // MARK: Shared calls

    /// A call under way that answers the request too. Who wants the answer in one piece can put it together from a stream.
    func flight(for use: CacheUse) -> SharedCall? {
        flights[place(of: use, isStream: true)]?.call
            ?? (use.address.isStream ? nil : flights[place(of: use, isStream: false)]?.call)
    }

    func link(_ call: SharedCall, for use: CacheUse) {
        flights[place(of: use, isStream: call.isStream)] = (call, use.address)
    }

    /// Only if it is still this one.
    func unlink(_ call: SharedCall, for use: CacheUse) {
        let place = place(of: use, isStream: call.isStream)
        if flights[place]?.call === call { flights[place] = nil }
    }

    private func place(of use: CacheUse, isStream: Bool) -> FlightKey {
        FlightKey(key: use.address.key, fallbacks: use.fallbacks, isStream: isStream)
    }
}
