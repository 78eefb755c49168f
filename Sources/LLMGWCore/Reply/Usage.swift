/// Tokens, as the upstream counted them. Nil means that the upstream did not say; nothing is ever estimated here.
public struct Usage: Sendable, Hashable {
    public var inputTokens: UInt64?
    public var outputTokens: UInt64?
    /// Part of the input that the upstream read from its own prompt cache.
    public var cachedInputTokens: UInt64?
    /// Part of the output spent on reasoning that is not shown.
    public var reasoningTokens: UInt64?
    public var totalTokens: UInt64?

    public init(
        inputTokens: UInt64? = nil, outputTokens: UInt64? = nil, cachedInputTokens: UInt64? = nil,
        reasoningTokens: UInt64? = nil, totalTokens: UInt64? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedInputTokens = cachedInputTokens
        self.reasoningTokens = reasoningTokens
        self.totalTokens = totalTokens
    }

    /// Field by field; what neither side knows stays unknown.
    public static func + (a: Usage, b: Usage) -> Usage {
        func sum(_ x: UInt64?, _ y: UInt64?) -> UInt64? {
            guard x != nil || y != nil else { return nil }
            let (total, overflow) = (x ?? 0).addingReportingOverflow(y ?? 0)
            return overflow ? .max : total
        }
        return Usage(
            inputTokens: sum(a.inputTokens, b.inputTokens),
            outputTokens: sum(a.outputTokens, b.outputTokens),
            cachedInputTokens: sum(a.cachedInputTokens, b.cachedInputTokens),
            reasoningTokens: sum(a.reasoningTokens, b.reasoningTokens),
            totalTokens: sum(a.totalTokens, b.totalTokens))
    }
}
