public import LLMGWCore

extension Usage {
    /// Divides a merged call's tokens among its members by their share of the bytes, so that the parts add up to the whole exactly
    /// (largest remainder method). What the upstream did not count stays unknown.
    public func divided(byBytes bytes: [Int]) -> [Usage] {
        let inputs = Self.divide(inputTokens, bytes)
        let totals = Self.divide(totalTokens, bytes)
        let cached = Self.divide(cachedInputTokens, bytes)
        return bytes.indices.map { index in
            Usage(
                inputTokens: inputs?[index], cachedInputTokens: cached?[index], totalTokens: totals?[index])
        }
    }

    fileprivate static func divide(_ tokens: UInt64?, _ bytes: [Int]) -> [UInt64]? {
        guard let tokens else { return nil }
        // Empty texts count as one byte: an upstream charges for them too.
        let weights = bytes.map { UInt64(max(1, $0)) }
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return [] }
        let exact = weights.map { tokens.multipliedFullWidth(by: $0) }.map { sum.dividingFullWidth($0) }
        var parts = exact.map(\.quotient)
        let missing = Int(tokens - parts.reduce(0, +))
        let byRemainder = exact.indices.sorted { (exact[$0].remainder, $1) > (exact[$1].remainder, $0) }
        for index in byRemainder.prefix(missing) { parts[index] += 1 }
        return parts
    }
}

extension Cost {
    /// Divides a merged call's cost as its tokens are divided.
    public func divided(byBytes bytes: [Int]) -> [Cost] {
        (Usage.divide(UInt64(max(0, micros)), bytes) ?? []).map {
            Cost(micros: Int64(clamping: $0), currency: currency)
        }
    }
}
