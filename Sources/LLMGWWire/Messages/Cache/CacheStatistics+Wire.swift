internal import CLLMGWProto
public import LLMGWCore

extension CacheStatistics: StructConvertible {
    init(_ c: Llmgw__V1__GetCacheStatsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            total: try CacheCounts(c.total, at: path() + "total."),
            tiers: try list(c.n_tiers, c.tiers) { (item: Llmgw__V1__CacheTierStatus, index) throws(MessageError) in
                try CacheTierStatus(item, at: "\(path())tiers[\(index)].")
            },
            models: try list(c.n_models, c.models) { (item: Llmgw__V1__CacheCountsOf, index) throws(MessageError) in
                try CacheCountsOf(item, at: "\(path())models[\(index)].")
            },
            clients: try list(c.n_clients, c.clients) { (item: Llmgw__V1__CacheCountsOf, index) throws(MessageError) in
                try CacheCountsOf(item, at: "\(path())clients[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetCacheStatsReply>, _ arena: ProtobufArena) {
        c.pointee.total = total.pointer(arena)
        c.pointee.n_tiers = tiers.count
        c.pointee.tiers = arena.messages(tiers) { $0.fill($1, arena) }
        c.pointee.n_models = models.count
        c.pointee.models = arena.messages(models) { $0.fill($1, arena) }
        c.pointee.n_clients = clients.count
        c.pointee.clients = arena.messages(clients) { $0.fill($1, arena) }
    }
}

extension CacheTierStatus {
    init(_ c: Llmgw__V1__CacheTierStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try word(c.name, path() + "name"),
            state: try word(c.state, path() + "state"),
            problem: try text(c.has_problem, c.problem, path() + "problem"),
            entries: c.entries,
            bytes: c.bytes,
            maxEntries: c.max_entries,
            maxBytes: c.max_bytes,
            hits: c.hits,
            misses: c.misses,
            evictions: c.evictions,
            expirations: c.expirations,
            policy: try LLMGWWire.name(c.policy, path() + "policy") ?? "",
            path: try LLMGWWire.name(c.path, path() + "path"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CacheTierStatus>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name.rawValue)
        c.pointee.state = arena.string(state.rawValue)
        if let problem { assign(&c.pointee.has_problem, &c.pointee.problem, arena.bytes(problem)) }
        assign(&c.pointee.has_entries, &c.pointee.entries, entries)
        assign(&c.pointee.has_bytes, &c.pointee.bytes, bytes)
        assign(&c.pointee.has_max_entries, &c.pointee.max_entries, maxEntries)
        assign(&c.pointee.has_max_bytes, &c.pointee.max_bytes, maxBytes)
        assign(&c.pointee.has_hits, &c.pointee.hits, hits)
        assign(&c.pointee.has_misses, &c.pointee.misses, misses)
        assign(&c.pointee.has_evictions, &c.pointee.evictions, evictions)
        assign(&c.pointee.has_expirations, &c.pointee.expirations, expirations)
        c.pointee.policy = arena.string(policy)
        c.pointee.path = arena.string(path)
    }
}

extension CacheCounts {
    /// Zeros where there are none.
    fileprivate init(
        _ pointer: UnsafeMutablePointer<Llmgw__V1__CacheCounts>?, at path: @autoclosure () -> String
    ) throws(MessageError) {
        guard let pointer else {
            self.init()
            return
        }
        try self.init(pointer.pointee, at: path())
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__CacheCounts> {
        let c = arena.make(Llmgw__V1__CacheCounts.self)
        fill(c, arena)
        return c
    }

    init(_ c: Llmgw__V1__CacheCounts, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            hits: c.hits,
            misses: c.misses,
            stale: c.stale,
            coalesced: c.coalesced,
            bypassed: c.bypassed,
            semanticHits: c.semantic_hits,
            negativeHits: c.negative_hits,
            saved: .milliseconds(c.saved_ms),
            savedCosts: try costList(c.n_saved_costs, c.saved_costs, path() + "saved_costs"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CacheCounts>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_hits, &c.pointee.hits, hits)
        assign(&c.pointee.has_misses, &c.pointee.misses, misses)
        assign(&c.pointee.has_stale, &c.pointee.stale, stale)
        assign(&c.pointee.has_coalesced, &c.pointee.coalesced, coalesced)
        assign(&c.pointee.has_bypassed, &c.pointee.bypassed, bypassed)
        assign(&c.pointee.has_semantic_hits, &c.pointee.semantic_hits, semanticHits)
        assign(&c.pointee.has_negative_hits, &c.pointee.negative_hits, negativeHits)
        assign(&c.pointee.has_saved_ms, &c.pointee.saved_ms, saved.clampedMilliseconds)
        c.pointee.n_saved_costs = savedCosts.count
        c.pointee.saved_costs = arena.messages(savedCosts) { $0.fill($1, arena) }
    }
}

extension CacheCountsOf {
    init(_ c: Llmgw__V1__CacheCountsOf, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            counts: try CacheCounts(c.counts, at: path() + "counts."))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CacheCountsOf>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        c.pointee.counts = counts.pointer(arena)
    }
}
