import LLMGWCore

/// What a failed answer means. `error.type` says most of it; what it calls an invalid request, or a rate limit, its message tells apart.
enum AnthropicErrorClassifier {
    /// By `error.details.error_code`, then by `error.type`.
    static let words: [String: ErrorReason] = [
        "enforced_spend_limit_reached": .quotaExhausted, "credit_balance_too_low": .quotaExhausted,
        "authentication_error": .authentication, "billing_error": .quotaExhausted,
        "permission_error": .upstreamPermissionDenied, "not_found_error": .modelNotFound,
        "conflict_error": .serverError, "request_too_large": .requestTooLarge, "rate_limit_error": .rateLimited,
        "api_error": .serverError, "timeout_error": .timeoutTotal, "overloaded_error": .overloaded,
        "invalid_request_error": .upstreamInvalidRequest,
    ]

    /// Phrases of messages, in lower case, for types that stand for several things.
    static let phrases: [(type: ErrorReason, phrase: String, reason: ErrorReason)] = [
        (.upstreamInvalidRequest, "prompt is too long", .contextLengthExceeded),
        (.upstreamInvalidRequest, "exceed context limit", .contextLengthExceeded),
        (.upstreamInvalidRequest, "credit balance is too low", .quotaExhausted),
        (.upstreamInvalidRequest, "api usage limits", .quotaExhausted),
        (.upstreamInvalidRequest, "content filtering policy", .contentFiltered),
        // Not a matter of time: the account does not allow requests of this length.
        (.rateLimited, "extra usage is required for long context", .requestTooLarge),
    ]

    static func reason(status: Int, _ body: UpstreamErrorBody) -> ErrorReason {
        let word = body.code.flatMap { words[$0] } ?? body.type.flatMap { words[$0] }
        let reason = word ?? ErrorReason(status: status)
        guard let message = body.message?.lowercased() else { return reason }
        return phrases.first { $0.type == reason && message.contains(bytesOf: $0.phrase) }?.reason ?? reason
    }
    /// A limit that an account has set itself opens again on a day that only the message tells: "… regain access on 2026-04-01 at 00:00
    /// UTC."
    static func retryAfter(_ message: String, _ head: HTTPHead) -> Duration? {
        let words = message.split(separator: " ")
        guard
            let place = words.indices.first(where: { words[$0...].starts(with: ["regain", "access", "on"]) }),
            place + 3 < words.count
        else { return nil }
        let day = words[place + 3].filter(\.isNumber)
        let hasTime = place + 5 < words.count && words[place + 4] == "at"
        return head.time(until: "\(day) \(hasTime ? words[place + 5] : "00:00") UTC")
    }
}
