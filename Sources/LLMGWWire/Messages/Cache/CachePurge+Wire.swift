internal import CLLMGWProto
public import LLMGWCore

/// What was removed.
public struct CachePurgeReport: Sendable, Hashable {
    public var removed: [CachePurgeCount]

    public init(removed: [CachePurgeCount]) {
        self.removed = removed
    }
}

extension CachePurge: StructConvertible {
    init(_ c: Llmgw__V1__PurgeCacheRequest, at path: @autoclosure () -> String) throws(MessageError) {
        guard c.has_target != 0 else { throw MessageError(path() + "target", "missing") }
        switch c.target {
        case LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_KEY:
            self = .key(try required(c.value, path() + "value"))
        case LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_MODEL:
            self = .model(try required(c.value, path() + "value"))
        case LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_TAG:
            self = .tag(try required(c.value, path() + "value"))
        case LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_CLIENT:
            self = .client(try required(c.value, path() + "value"))
        case LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_ALL: self = .all
        case LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_EXPIRED: self = .expired
        default: throw MessageError(path() + "target", "\(c.target.rawValue) is not known")
        }
        // Whoever names a value and means everything has made a mistake that cannot be undone.
        guard c.value == nil || value != nil else { throw MessageError(path() + "value", "not with this target") }
    }

    private var value: String? {
        switch self {
        case .key(let value), .model(let value), .tag(let value), .client(let value): value
        case .all, .expired: nil
        }
    }

    private var target: Llmgw__V1__CachePurgeTarget {
        switch self {
        case .key: LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_KEY
        case .model: LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_MODEL
        case .tag: LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_TAG
        case .client: LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_CLIENT
        case .all: LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_ALL
        case .expired: LLMGW__V1__CACHE_PURGE_TARGET__CACHE_PURGE_TARGET_EXPIRED
        }
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__PurgeCacheRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_target, &c.pointee.target, target)
        c.pointee.value = arena.string(value)
    }
}

extension CachePurgeReport: StructConvertible {
    init(_ c: Llmgw__V1__PurgeCacheReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            removed: try list(c.n_removed, c.removed) {
                (item: Llmgw__V1__CachePurgeCount, index) throws(MessageError) in
                try CachePurgeCount(item, at: "\(path())removed[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__PurgeCacheReply>, _ arena: ProtobufArena) {
        c.pointee.n_removed = removed.count
        c.pointee.removed = arena.messages(removed) { $0.fill($1, arena) }
    }
}

extension CachePurgeCount {
    init(_ c: Llmgw__V1__CachePurgeCount, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            tier: try word(c.tier, path() + "tier"),
            entries: c.entries,
            bytes: c.bytes)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CachePurgeCount>, _ arena: ProtobufArena) {
        c.pointee.tier = arena.string(tier.rawValue)
        assign(&c.pointee.has_entries, &c.pointee.entries, entries)
        assign(&c.pointee.has_bytes, &c.pointee.bytes, bytes)
    }
}
