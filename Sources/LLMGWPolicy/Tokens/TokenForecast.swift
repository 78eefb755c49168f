public import LLMGWCore

/// What requests to one model will take: learned from what the upstream counted.
///
/// The input is the guess by bytes, times how wrong such guesses were. The output is the 90th percentile of a client's answers, of
/// all answers where the client is new. No terminal state. Wrong input: counts that are absent or zero teach nothing; a count out of
/// all proportion moves the factor no further than its bounds.
public struct TokenForecast: Sendable {
    /// Answers before anything is known.
    private static let firstOutput = 256.0
    /// Clients that are told apart; beyond it, the model's own figure serves.
    private static let maxClients = 4096
    private static let bounds = 0.05...20.0
    /// No answer is longer, whatever an upstream counts.
    private static let longestOutput: UInt64 = 1 << 30

    private var guessed = 200.0
    private var counted = 200.0
    private var output = UpperQuantile(start: Self.firstOutput)
    private var outputs: [Int: UpperQuantile] = [:]

    public init() {}

    /// How many tokens the upstream counts for one that was guessed.
    public var factor: Double { min(max(counted / guessed, Self.bounds.lowerBound), Self.bounds.upperBound) }

    public func demand(for size: TokenSize, maxTokens: Int?, hasOutput: Bool, client: Int) -> QuotaDemand {
        let input = max(1, Int((Double(size.tokens) * factor).rounded(.up)))
        guard hasOutput else { return QuotaDemand(inputTokens: input) }
        let expected = (outputs[client] ?? output).value
        return QuotaDemand(
            inputTokens: input, outputTokens: min(expected, maxTokens ?? .max), maxTokens: maxTokens)
    }

    /// Its number may be another client's from now on.
    public mutating func forget(client: Int) { outputs[client] = nil }

    /// An answer came, and this was counted for it.
    public mutating func learn(_ usage: Usage, size: TokenSize, client: Int) {
        if let input = usage.inputTokens, input > 0, size.tokens > 0 {
            // Older answers fade, so that another tokenizer behind the same name is noticed.
            guessed = guessed * 0.95 + Double(size.tokens)
            counted = counted * 0.95 + min(Double(input), Double(size.tokens) * Self.bounds.upperBound)
        }
        guard let tokens = usage.outputTokens.map({ min($0, Self.longestOutput) }), tokens > 0 else { return }
        output.add(Double(tokens))
        if outputs[client] != nil || outputs.count < Self.maxClients {
            outputs[client, default: output].add(Double(tokens))
        }
    }
}

/// Follows the 90th percentile of what it is told: a value above raises it nine times as much as one below lowers it.
private struct UpperQuantile: Sendable {
    private var estimate: Double
    private var count = 0.0

    init(start: Double) { estimate = start }

    var value: Int { max(1, Int(estimate.rounded(.up))) }

    mutating func add(_ sample: Double) {
        // Quick at first, then steady.
        let step = max(0.02, 1 / (count + 8))
        count += 1
        // No further than to the sample itself, so that equal answers are met exactly.
        estimate = sample > estimate ? min(sample, estimate * (1 + 9 * step)) : max(sample, estimate * (1 - step))
    }
}
