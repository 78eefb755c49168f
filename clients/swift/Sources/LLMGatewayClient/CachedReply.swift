public import LLMGWCore
internal import LLMGWWire

/// An answer out of the cache, as it was given to those who asked.
public enum CachedReply: Sendable {
    case chat(ChatReply)
    case complete(CompleteReply)
    case embed(EmbedReply)
}

extension CachedAnswer {
    /// Nil where the reply was not asked for, or the answer is an error. Throws for what this version of the client cannot read.
    public func cachedReply() throws(GatewayError) -> CachedReply? {
        guard let reply else { return nil }
        switch operation {
        case "Chat": return .chat(try decodeMessage(reply))
        case "Complete": return .complete(try decodeMessage(reply))
        case "Embed": return .embed(try decodeMessage(reply))
        default:
            throw GatewayError(.localProtocolViolation, "the cached answer is one of \(operation), which is not known")
        }
    }
}
