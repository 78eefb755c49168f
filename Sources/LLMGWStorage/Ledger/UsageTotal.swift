/// The sum of the calls that agree in what a query asked to break down by.
public struct UsageTotal: Sendable, Hashable {
    /// A value for each dimension asked for: names as they are, a day as "2026-11-21", a uid in digits.
    public var group: [UsageQuery.Dimension: String]
    public var calls: Int64 = 0
    /// Calls whose outcome is not "ok".
    public var failures: Int64 = 0
    /// Tokens that the upstreams counted.
    public var inputTokens: Int64 = 0
    public var outputTokens: Int64 = 0
    public var cachedInputTokens: Int64 = 0
    public var reasoningTokens: Int64 = 0
    /// Calls that have taken what no upstream counted, and the estimate of that.
    public var estimated: Int64 = 0
    public var estimatedInputTokens: Int64 = 0
    public var estimatedOutputTokens: Int64 = 0
    /// Millionths, by currency.
    public var costs: [String: Int64] = [:]
    /// Calls that no price was known for: `costs` is without them.
    public var unpriced: Int64 = 0

    init(group: [UsageQuery.Dimension: String]) {
        self.group = group
    }
}
