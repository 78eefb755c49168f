import LLMGWCore
import LLMGWJSON

/// Token counts as the Messages API gives them: what the prompt cache took part in is not in `input_tokens`, and a stream gives them in two
/// events, the later one with totals that replace the earlier.
struct AnthropicUsage: Sendable {
    private var input: UInt64?
    private var cacheReads: UInt64?
    private var cacheWrites: UInt64?
    private var output: UInt64?
    private var thinking: UInt64?

    mutating func take(_ usage: JSONView?) {
        guard let usage else { return }
        input = usage["input_tokens"]?.unsigned ?? input
        cacheReads = usage["cache_read_input_tokens"]?.unsigned ?? cacheReads
        cacheWrites = usage["cache_creation_input_tokens"]?.unsigned ?? cacheWrites
        output = usage["output_tokens"]?.unsigned ?? output
        thinking = usage["output_tokens_details"]?["thinking_tokens"]?.unsigned ?? thinking
    }

    /// In the gateway's terms: the input is all of the input. Nil if nothing was counted.
    var usage: Usage? {
        guard input != nil || output != nil else { return nil }
        let allInput = input.map { Self.sum(Self.sum($0, cacheReads ?? 0), cacheWrites ?? 0) }
        var total: UInt64?
        if let allInput, let output { total = Self.sum(allInput, output) }
        return Usage(
            inputTokens: allInput, outputTokens: output, cachedInputTokens: cacheReads, reasoningTokens: thinking,
            totalTokens: total)
    }

    /// An upstream may count whatever it likes.
    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
