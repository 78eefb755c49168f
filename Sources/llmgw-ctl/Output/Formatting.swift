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

extension Double {
    /// A share as "99.2 %".
    var percent: String {
        guard (0...1).contains(self) else { return description }
        let tenths = Int((self * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// With at most three decimals: "0.95", "12".
    var short: String {
        guard magnitude < 1e12 else { return description }
        let thousandths = Int64((self * 1_000).rounded())
        guard thousandths % 1_000 != 0 else { return "\(thousandths / 1_000)" }
        return "\(Double(thousandths) / 1_000)"
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
