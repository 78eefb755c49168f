/// What a model's tokens cost.
public struct ModelPrice: Sendable, Hashable {
    /// Millionths of the currency for a million tokens.
    public var input: Int64
    /// Nil for models that answer without tokens, such as embeddings.
    public var output: Int64?
    /// Of input that the upstream read from its own prompt cache; nil costs as much as other input.
    public var cachedInput: Int64?
    /// ISO 4217.
    public var currency: String

    public init(input: Int64, output: Int64? = nil, cachedInput: Int64? = nil, currency: String = "USD") {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.currency = currency
    }

    /// What this usage costs, rounded once and half up; nil where a part that costs something was not counted.
    public func cost(of usage: Usage) -> Cost? {
        guard let tokens = usage.inputTokens else { return nil }
        let cached = min(tokens, usage.cachedInputTokens ?? 0)
        var total = Self.product(tokens - cached, input) + Self.product(cached, cachedInput ?? input)
        if let output, output > 0 {
            guard let tokens = usage.outputTokens else { return nil }
            total += Self.product(tokens, output)
        }
        return Cost(micros: Int64(clamping: (total + 500_000) / 1_000_000), currency: currency)
    }

    /// Beyond any real bill, but an upstream may count whatever it likes.
    private static func product(_ tokens: UInt64, _ price: Int64) -> Int {
        let (result, overflow) = Int(clamping: tokens).multipliedReportingOverflow(by: Int(price))
        return overflow ? Int.max / 8 : min(result, Int.max / 8)
    }
}
