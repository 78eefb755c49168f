public import LLMGWCore

extension HTTPHead {
    /// What the upstream says of its limits: nothing where it says nothing that can be understood.
    public func rateLimits(of kind: ProviderSettings.Kind) -> RateLimitReport {
        var report = RateLimitReport()
        switch kind {
        case .openai:
            // The requests' window is not told; providers that name it in words mean a minute, or a day.
            report.readings[.requestsPerMinute] = reading("x-ratelimit", "requests", span: goDuration)
            report.readings[.tokensPerMinute] = reading("x-ratelimit", "tokens", span: goDuration)
        case .anthropic:
            report.readings[.requestsPerMinute] = reading("anthropic-ratelimit", "requests", span: timestamp)
            report.readings[.inputTokensPerMinute] =
                reading("anthropic-ratelimit", "input-tokens", rounding: 1000, span: timestamp)
            report.readings[.outputTokensPerMinute] =
                reading("anthropic-ratelimit", "output-tokens", rounding: 1000, span: timestamp)
        }
        return report
    }

    /// `rounding`: what remains is told in multiples of this, so that up to as much less can be left.
    private func reading(
        _ prefix: String, _ subject: String, rounding: Int = 0, span: (String) -> Duration?
    ) -> RateLimitReport.Reading? {
        let name: (String) -> String =
            prefix.hasPrefix("x-") ? { "\(prefix)-\($0)-\(subject)" } : { "\(prefix)-\(subject)-\($0)" }
        func count(_ what: String) -> Int? { self[name(what)].flatMap { Int($0) } }
        // Some say -1 of -1 where there is no limit.
        guard let limit = count("limit"), limit > 0 else { return nil }
        let remaining = count("remaining").flatMap { $0 >= 0 ? max(0, min($0, limit) - rounding) : nil }
        return .init(limit: limit, remaining: remaining, reset: self[name("reset")].flatMap(span))
    }

    /// "20ms", "1s", "6m0s", "1h2m3.5s"; also plain seconds, and seconds since 1970.
    private func goDuration(_ text: String) -> Duration? {
        if let seconds = Double(text) {
            guard seconds.isFinite, seconds >= 0 else { return nil }
            return seconds > 1e9 ? since1970(seconds) : .milliseconds(Int64(min(seconds, 1e7) * 1000))
        }
        let units = ["h": 3_600_000.0, "m": 60_000, "s": 1000, "ms": 1]
        var (total, rest) = (0.0, Substring(text))
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units[String(unit)] else { return nil }
            total += value * factor
        }
        return total.isFinite && !text.isEmpty ? .milliseconds(Int64(min(total, 1e10))) : nil
    }

    private func since1970(_ seconds: Double) -> Duration? {
        guard let now, seconds >= Double(now) else { return nil }
        return .milliseconds(Int64((min(seconds, 1e11) - Double(now)) * 1000))
    }

    /// RFC 3339, from the answer's date.
    private func timestamp(_ text: String) -> Duration? {
        // As "20261121 12:00:00 GMT", which the reader of the other headers' dates understands.
        guard text.utf8.count >= 20, text.hasSuffix("Z") else { return nil }
        let date = text.prefix(19).filter { $0 != "-" }.map { $0 == "T" ? " " : $0 }
        return time(until: String(date) + " GMT").map { max($0, .seconds(1)) }
    }
}
