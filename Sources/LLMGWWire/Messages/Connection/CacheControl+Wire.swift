internal import CLLMGWProto
internal import LLMGWCore

extension CacheControl {
    /// An absent message wants nothing.
    init(
        _ pointer: UnsafeMutablePointer<Llmgw__V1__CacheControl>?, at path: @autoclosure () -> String
    ) throws(MessageError) {
        guard let c = pointer?.pointee else {
            self.init()
            return
        }
        self.init(
            mode: try choice(c.has_mode, c.mode.rawValue, path() + "mode"),
            maxAge: present(c.has_max_age_ms, .milliseconds(c.max_age_ms)),
            ttl: present(c.has_ttl_ms, .milliseconds(c.ttl_ms)),
            noStore: present(c.has_no_store, c.no_store != 0),
            onlyIfCached: present(c.has_only_if_cached, c.only_if_cached != 0),
            staleIfError: present(c.has_stale_if_error_ms, .milliseconds(c.stale_if_error_ms)),
            semantic: present(c.has_semantic, c.semantic != 0), tags: try names(c.n_tags, c.tags, path() + "tags"))
    }

    /// Nil where nothing is wanted.
    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__CacheControl>? {
        guard self != CacheControl() else { return nil }
        let c = arena.make(Llmgw__V1__CacheControl.self)
        assign(&c.pointee.has_mode, &c.pointee.mode, mode.map { Llmgw__V1__CacheMode(rawValue: $0.rawValue) })
        assign(&c.pointee.has_max_age_ms, &c.pointee.max_age_ms, maxAge?.clampedMilliseconds)
        // A time that is shorter than a millisecond must not become none at all.
        assign(&c.pointee.has_ttl_ms, &c.pointee.ttl_ms, ttl.map { $0 > .zero ? max(1, $0.clampedMilliseconds) : 0 })
        assign(&c.pointee.has_no_store, &c.pointee.no_store, noStore.map { $0 ? 1 : 0 })
        assign(&c.pointee.has_only_if_cached, &c.pointee.only_if_cached, onlyIfCached.map { $0 ? 1 : 0 })
        assign(&c.pointee.has_stale_if_error_ms, &c.pointee.stale_if_error_ms, staleIfError?.clampedMilliseconds)
        assign(&c.pointee.has_semantic, &c.pointee.semantic, semantic.map { $0 ? 1 : 0 })
        c.pointee.n_tags = tags.count
        c.pointee.tags = arena.strings(tags)
        return c
    }
}
