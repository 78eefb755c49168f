extension Fault {
    /// The error answers as Anthropic's API gives them, by the names of the models that ask for them.
    static let anthropicErrors: [String: Fault] = [
        "sim-400": error(400, "invalid_request_error", "simulated: invalid request"),
        "sim-401": error(401, "authentication_error", "simulated: invalid x-api-key: sk-simulated0000000000."),
        "sim-403": error(403, "permission_error", "simulated: not allowed"),
        "sim-404": error(404, "not_found_error", "simulated: model: sim-404"),
        "sim-413": error(413, "request_too_large", "simulated: Request exceeds the maximum size"),
        "sim-context": error(400, "invalid_request_error", "simulated: prompt is too long: 20 tokens > 10 maximum"),
        "sim-filter": error(400, "invalid_request_error", "simulated: Output blocked by content filtering policy"),
        "sim-credit": error(400, "invalid_request_error", "simulated: Your credit balance is too low"),
        "sim-429": error(
            429, "rate_limit_error", "simulated: rate limit reached",
            headers: [
                ("retry-after", "7"), ("anthropic-ratelimit-requests-limit", "50"),
                ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "2024-01-01T00:00:07Z"),
            ]),
        "sim-429-quota": error(
            429, "rate_limit_error", "simulated: spend limit reached", code: "enforced_spend_limit_reached"),
        "sim-429-too-large": error(
            429, "rate_limit_error", "simulated: Extra usage is required for long context requests."),
        "sim-500": error(500, "api_error", "simulated: internal error"),
        "sim-503": error(503, "overloaded_error", "simulated: overloaded"),
        "sim-529": error(529, "overloaded_error", "simulated: Overloaded"),
    ]

    private static func error(
        _ status: Int, _ type: String, _ message: String, code: String? = nil, headers: [(String, String)] = []
    ) -> Fault {
        .status(
            status, type: type, code: code, message: message, headers: headers + [("request-id", "req_simulated")])
    }
}
