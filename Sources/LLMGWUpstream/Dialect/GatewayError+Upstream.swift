import LLMGWCore

extension GatewayError {
    /// An upstream's error answer, once it is known what it means. `status` is 200 for an error inside a successful answer.
    init(
        _ reason: ErrorReason, status: Int, _ body: UpstreamErrorBody, retryAfter: Duration?, provider: ProviderSettings
    ) {
        self.init(reason, Self.message(status, reason, body, provider))
        upstreamStatus = UInt32(clamping: status)
        self.retryAfter = retryAfter
        // A named time does not make a request harmless that may have been processed.
        if retryAfter != nil, retry == .safe { retry = .after }
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

    /// An answer that is not of the form that its dialect prescribes.
    static func malformedAnswer(_ problem: String) -> GatewayError {
        GatewayError(.upstreamProtocolError, "the upstream's answer \(problem)")
    }
}

extension ErrorReason {
    /// What a status means where the body says nothing: the same in every dialect.
    init(status: Int) {
        self =
            switch status {
            case 401: .authentication
            case 402: .quotaExhausted
            case 403: .upstreamPermissionDenied
            case 404: .modelNotFound
            // A server on the way has waited long enough for the next one, which may still be at work. Cloudflare's 522 can mean that too, unlike
            // its 523: that nobody was reached. 408 is what proxies for models say then.
            case 408, 504, 522, 524: .timeoutTotal
            case 409: .serverError
            case 413: .requestTooLarge
            case 429: .rateLimited
            case 503, 529: .overloaded
            case 300..<400: .upstreamProtocolError
            case 400..<500: .upstreamInvalidRequest
            default: .serverError
            }
    }
}
