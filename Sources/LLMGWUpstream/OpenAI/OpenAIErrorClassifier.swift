internal import CCurl
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

    static let statuses: [Int: ErrorReason] = [
        401: .authentication, 402: .quotaExhausted, 403: .upstreamPermissionDenied, 404: .modelNotFound,
        408: .serverError, 409: .serverError, 413: .requestTooLarge, 429: .rateLimited, 503: .overloaded,
        529: .overloaded,
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
        if let reason = statuses[status] { return reason }
        switch status {
        case 300..<400: return .upstreamProtocolError
        case 400..<500: return .upstreamInvalidRequest
        default: return .serverError
        }
    }

    /// `status` is 200 for an error inside a successful answer.
    static func error(
        status: Int, _ body: UpstreamErrorBody, head: HTTPHead?, provider: ProviderSettings
    ) -> GatewayError {
        let reason = reason(status: status, body)
        var error = GatewayError(reason, message(status, reason, body, provider))
        error.upstreamStatus = UInt32(clamping: status)
        error.retryAfter = head.flatMap(retryAfter)
        // A named time does not make a request harmless that may have been processed.
        if error.retryAfter != nil, error.retry == .safe { error.retry = .after }
        return error
    }

    private static func message(
        _ status: Int, _ reason: ErrorReason, _ body: UpstreamErrorBody, _ provider: ProviderSettings
    ) -> String {
        if (300..<400).contains(status) {
            return
                "the upstream redirects, which is not followed because the key would go along; set base_url to the final address"
        }
        // What a content filter says may repeat the content.
        guard reason != .contentFiltered, let said = body.message, !said.isEmpty else {
            return "the upstream refused the request"
        }
        return
            "the upstream says: \(SecretMask.mask(said, secrets: [provider.key].compactMap { $0 } + provider.headers.map(\.value)))"
    }

    /// `retry-after-ms`, or `Retry-After` in seconds or as a date (relative to the answer's own date, so that clocks need not agree). What
    /// is negative or not understood counts as absent.
    static func retryAfter(_ head: HTTPHead) -> Duration? {
        if let text = head["retry-after-ms"], let ms = Double(text), ms.isFinite, ms >= 0 {
            return .milliseconds(min(ms, maxRetryAfter * 1000))
        }
        guard let text = head["retry-after"] else { return nil }
        if let seconds = Double(text) {
            return seconds.isFinite && seconds >= 0 ? .milliseconds(min(seconds, maxRetryAfter) * 1000) : nil
        }
        let date = curl_getdate(text, nil)
        guard date > 0 else { return nil }
        let now = head["date"].map { curl_getdate($0, nil) } ?? -1
        guard now > 0, date >= now else { return nil }
        return .seconds(min(date - now, Int(maxRetryAfter)))
    }

    /// Seconds: nobody waits longer than a month.
    private static let maxRetryAfter = 31.0 * 86_400
}
