/// Why a model stopped.
public enum FinishReason: Sendable, Hashable {
    case stop, length, toolCalls, contentFilter
    /// The upstream's own word, where the gateway has none.
    case other(String)
}
