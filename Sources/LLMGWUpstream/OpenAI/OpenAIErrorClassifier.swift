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
        "moderation_blocked": .contentFiltered,
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
}
