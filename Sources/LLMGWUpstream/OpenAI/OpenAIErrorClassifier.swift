import LLMGWCore

/// What a failed answer means. The body's code and type say more than the status: 429 alone has three meanings.
enum OpenAIErrorClassifier {
    /// By `error.code`, then by `error.type`.
    static let words: [String: ErrorReason] = [
        "insufficient_quota": .quotaExhausted, "credit_balance_exhausted": .quotaExhausted,
        "organization_spend_limit_exceeded": .quotaExhausted, "project_spend_limit_exceeded": .quotaExhausted,
        "organization_usage_limit_exceeded": .quotaExhausted, "billing_hard_limit_reached": .quotaExhausted,
        "context_length_exceeded": .contextLengthExceeded,
        "content_policy_violation": .contentFiltered, "content_filter": .contentFiltered,
        "moderation_blocked": .contentFiltered, "misalignment_policy_violation": .contentFiltered,
        "cyber_policy": .contentFiltered, "bio_policy": .contentFiltered,
        "rate_limit_exceeded": .rateLimited, "rate_limit_error": .rateLimited,
        "slow_down": .overloaded, "server_is_overloaded": .overloaded, "overloaded_error": .overloaded,
        "service_unavailable_error": .overloaded,
        "model_not_found": .modelNotFound, "invalid_api_key": .authentication,
        "authentication_error": .authentication, "unsupported_country_region_territory": .upstreamPermissionDenied,
        "permission_error": .upstreamPermissionDenied, "server_error": .serverError, "api_error": .serverError,
    ]

    static func reason(status: Int, _ body: UpstreamErrorBody) -> ErrorReason {
        let message = body.message?.lowercased() ?? ""
        let word = body.code.flatMap { words[$0] } ?? body.type.flatMap { words[$0] }
        if (word == .rateLimited || status == 429) && message.contains(bytesOf: "request too large") {
            return .requestTooLarge
        }
        if let word { return word }
        if message.contains(bytesOf: "maximum context length")
            || message.contains(bytesOf: "context size") && message.contains(bytesOf: "exceed")
        {
            return .contextLengthExceeded
        }
        return ErrorReason(status: status)
    }

    /// Some say it in the message only: "Please try again in 6m0.5s.", "… in 20ms", "… in 5 seconds".
    static func retryAfter(_ message: String) -> Duration? {
        let words = message.lowercased().split(separator: " ")
        guard let place = words.indices.first(where: { words[$0...].starts(with: ["try", "again", "in"]) }),
            place + 3 < words.count
        else { return nil }
        let number = words[place + 3]
        // A unit of its own has its number before it.
        let isBare = number.allSatisfy { $0.isNumber || $0 == "." }
        return duration(isBare && place + 4 < words.count ? number + words[place + 4] : number)
    }

    private static let units: [Substring: Double] = [
        "ms": 0.001, "s": 1, "m": 60, "h": 3600, "second": 1, "seconds": 1, "minute": 60, "minutes": 60,
    ]

    /// Numbers with their units, as Go writes durations: "1h2m3.5s". Nil for anything else.
    private static func duration(_ text: Substring) -> Duration? {
        var rest = text
        while rest.last == "." || rest.last == "," { rest.removeLast() }
        var seconds = 0.0
        repeat {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix(while: \.isLetter)
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units[unit] else { return nil }
            seconds += value * factor
        } while !rest.isEmpty
        return .milliseconds(min(seconds, HTTPHead.maxRetryAfter) * 1000)
    }
}
