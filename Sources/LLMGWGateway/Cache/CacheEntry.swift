import LLMGWCore
import LLMGWPolicy
import LLMGWWire

/// One stored answer. It never changes; a newer answer is another entry.
@GatewayLoop
final class CacheEntry {
    enum Content: Sendable {
        case reply(StoredReply)
        /// An error that would come again.
        case failure(GatewayError)
    }

    let key: CacheKey
    let kind: CanonicalRequest.Kind
    let scope: CacheScope
    let model: String
    let tags: [String]
    let lifetime: CacheLifetime
    /// How long after its time it may still be served.
    let staleTime: Duration
    /// The request was meant to have the same answer each time; else who gets it has to have asked for that.
    let isDeterministic: Bool
    let content: Content
    var hits: UInt64 = 0
    /// What every hit is told alike of how the answer was made, serialised; made when the first one comes.
    private var knownInfo: [UInt8]?

    init(
        key: CacheKey, kind: CanonicalRequest.Kind, scope: CacheScope, model: String, tags: [String],
        lifetime: CacheLifetime, staleTime: Duration, isDeterministic: Bool, content: Content
    ) {
        self.key = key
        self.kind = kind
        self.scope = scope
        self.model = model
        self.tags = tags
        self.lifetime = lifetime
        self.staleTime = staleTime
        self.isDeterministic = isDeterministic
        self.content = content
    }

    var attributes: PurgeAttributes {
        PurgeAttributes(key: key, model: model, scope: scope.description, tags: tags)
    }

    func knownInfo(with codec: MessageCodec) -> [UInt8] {
        if let knownInfo { return knownInfo }
        let known = codec.encode(info(.hit))
        knownInfo = known
        return known
    }

    /// In bytes, without what the tier itself needs for it.
    var size: Int {
        let words = tags.reduce(model.utf8.count) { $0 + $1.utf8.count + 32 }
        switch content {
        case .reply(let reply): return words + reply.size
        case .failure(let error): return words + 512 + error.message.utf8.count
        }
    }

    func isOver(now: MonotonicInstant) -> Bool { now >= lifetime.expires + staleTime }
}

/// A complete reply, as bytes that can be sent.
struct StoredReply: Sendable {
    /// The messages of a stream as they came, each one DATA; nil for a reply in one piece.
    var pieces: [[UInt8]]?
    /// The reply message without `info`, which is made for each request.
    var end: [UInt8]
    var upstreamModel: String?
    var upstreamID: String?
    var provider: String?
    var cost: Cost?

    var size: Int { (pieces ?? []).reduce(end.count + 256) { $0 + $1.count + 48 } }
}
