import LLMGWCore

extension Duration {
    /// "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min".
    var short: String {
        let milliseconds = wholeMilliseconds
        if milliseconds < 1 { return "\(wholeMicroseconds) µs" }
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s" }
        let seconds = milliseconds / 1_000
        if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    }
}

extension UInt64 {
    /// Bytes as MiB with one decimal.
    var mebibytes: String {
        let tenths = self * 10 / (1 << 20)
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}

extension Optional where Wrapped: CustomStringConvertible {
    /// "-" where nobody said.
    var orDash: String { map(\.description) ?? "-" }
}

extension FinishReason {
    /// As the OpenAI API writes it.
    var word: String {
        switch self {
        case .stop: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter: "content_filter"
        case .other(let word): word
        }
    }
}
