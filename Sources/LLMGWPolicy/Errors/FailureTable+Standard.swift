import LLMGWCore

extension FailureTable {
    private static let keyGate = FailureRule.Gate(scope: .provider, unhinted: .seconds(300), longest: .seconds(3600))
    private static let modelGate = FailureRule.Gate(
        scope: .deployment, unhinted: .seconds(300), longest: .seconds(3600))
    /// An account's credit can be gone until next month, and the upstream says until when.
    private static let accountGate = FailureRule.Gate(scope: .provider, unhinted: .seconds(900), longest: nil)
    private static let rateGate = FailureRule.Gate(scope: .deployment, unhinted: .seconds(1), longest: .seconds(3600))
    private static let hintedGate = FailureRule.Gate(scope: .deployment, unhinted: nil, longest: .seconds(3600))

    static let standardRules: [FailureRule] = [
        // The caller's mistakes and wishes: no upstream was asked, or none is to blame.
        local(.invalidRequest), local(.malformedMessage), local(.messageTooLarge), local(.unknownMethod),
        local(.unknownModel), local(.unsupported), local(.permissionDenied),
        local(.modelNotAllowed), local(.notCached), local(.exceedsLimit),
        local(.cancelled, .requestAndTokensIfSent),

        // The gateway's own refusals never count against an upstream.
        local(.cancelledByOperator, .requestAndTokensIfSent), local(.hedgeLost, .requestAndTokensIfSent),
        local(.deadlineExceeded, .requestAndTokensIfSent),
        local(.tooManyConnections), local(.tooManyStreams), local(.readerTooSlow), local(.queueFull),
        local(.gatewayQuotaExhausted), local(.budgetExhausted), local(.paused), local(.noHealthyTarget),
        local(.breakerOpen), local(.storageFailed), local(.outOfResources),
        local(.draining, .requestAndTokensIfSent), local(.internalError, .requestAndTokensIfSent),

        // The upstream rightly refused the request: it works.
        rule(.upstreamInvalidRequest, .never, .never, .success, .request),
        rule(.contextLengthExceeded, .never, .largerContext, .success, .request),
        rule(.contentFiltered, .never, .optIn, .success, .requestAndTokens),
        rule(.requestTooLarge, .never, .largerLimit, .success, .request),

        // The upstream refuses us: waiting does not help, another key or provider may.
        rule(.authentication, .never, .otherKey, .neutral, .request, keyGate),
        rule(.upstreamPermissionDenied, .never, .otherProvider, .neutral, .request, modelGate),
        rule(.modelNotFound, .never, .any, .neutral, .request, modelGate),

        // We ask too much of it.
        rule(.rateLimited, .paced, .any, .reachable, .requestAndTokensIfCounted, rateGate),
        rule(.quotaExhausted, .never, .any, .neutral, .refund, accountGate),

        // It fails.
        rule(.overloaded, .backoff, .any, .failure, .request, hintedGate),
        rule(.serverError, .backoff, .any, .failure, .request),

        // It cannot be reached: nothing was sent.
        connection(.dnsFailed), connection(.connectFailed), connection(.tlsFailed),
        // A wrong certificate does not become right by asking again; it keeps requests away like a closed port.
        connection(.tlsVerificationFailed, .never),

        // It went away, or answers too slowly, or what is no answer.
        loss(.connectionLost, .requestAndTokensIfSent), loss(.streamTruncated, .requestAndTokens),
        connection(.timeoutConnect),
        loss(.timeoutFirstToken, .requestAndTokensIfSent), loss(.timeoutIdle, .requestAndTokensIfSent),
        loss(.timeoutTotal, .requestAndTokensIfSent), loss(.upstreamProtocolError, .requestAndTokens),

        // Between a client and the gateway.
        local(.protocolVersion), local(.protocolViolation), local(.handshakeTimeout),
        local(.localConnectFailed), local(.localConnectionLost), local(.localProtocolViolation),
        local(.localTimeout), local(.localClosed), local(.localOutOfMemory),
    ]

    private static func rule(
        _ reason: ErrorReason, _ repetition: FailureRule.Repetition, _ fallback: FailureRule.Fallback,
        _ breaker: BreakerOutcome, _ settlement: FailureRule.Settlement, _ gate: FailureRule.Gate? = nil
    ) -> FailureRule {
        FailureRule(
            reason: reason, repetition: repetition, fallback: fallback, breaker: breaker, isConnectionFailure: false,
            settlement: settlement, gate: gate)
    }

    private static func connection(
        _ reason: ErrorReason, _ repetition: FailureRule.Repetition = .backoff
    ) -> FailureRule {
        var rule = rule(reason, repetition, .any, .failure, .refund)
        rule.isConnectionFailure = true
        return rule
    }

    private static func loss(_ reason: ErrorReason, _ settlement: FailureRule.Settlement) -> FailureRule {
        var rule = rule(reason, .backoff, .any, .failure, settlement)
        rule.isLoss = true
        return rule
    }

    private static func local(_ reason: ErrorReason, _ settlement: FailureRule.Settlement = .refund) -> FailureRule {
        rule(reason, .never, .never, .neutral, settlement)
    }
}
