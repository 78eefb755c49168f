/// The stable word for what went wrong, and what follows from it. Open: a word from a newer peer is kept as it is.
///
/// The table below is the one of PROTOCOL.md ("Status"), in the same order.
public struct ErrorReason: Sendable, Hashable, CustomStringConvertible {
    public let name: String

    public init(_ name: String) {
        self.name = name
    }

    public var description: String { name }

    public static let invalidRequest = ErrorReason("llmgw.client.invalid_request")
    public static let malformedMessage = ErrorReason("llmgw.client.malformed_message")
    public static let messageTooLarge = ErrorReason("llmgw.client.message_too_large")
    public static let unknownMethod = ErrorReason("llmgw.client.unknown_method")
    public static let unknownModel = ErrorReason("llmgw.client.unknown_model")
    public static let unsupported = ErrorReason("llmgw.client.unsupported")
    public static let permissionDenied = ErrorReason("llmgw.client.permission_denied")
    public static let modelNotAllowed = ErrorReason("llmgw.client.model_not_allowed")
    public static let notCached = ErrorReason("llmgw.client.not_cached")
    public static let exceedsLimit = ErrorReason("llmgw.client.exceeds_limit")
    public static let cancelled = ErrorReason("llmgw.client.cancelled")

    public static let cancelledByOperator = ErrorReason("llmgw.gateway.cancelled_by_operator")
    public static let hedgeLost = ErrorReason("llmgw.gateway.hedge_lost")
    public static let deadlineExceeded = ErrorReason("llmgw.gateway.deadline_exceeded")
    public static let tooManyConnections = ErrorReason("llmgw.gateway.too_many_connections")
    public static let tooManyStreams = ErrorReason("llmgw.gateway.too_many_streams")
    public static let readerTooSlow = ErrorReason("llmgw.gateway.reader_too_slow")
    public static let queueFull = ErrorReason("llmgw.gateway.queue_full")
    public static let gatewayQuotaExhausted = ErrorReason("llmgw.gateway.quota_exhausted")
    public static let budgetExhausted = ErrorReason("llmgw.gateway.budget_exhausted")
    public static let paused = ErrorReason("llmgw.gateway.paused")
    public static let noHealthyTarget = ErrorReason("llmgw.gateway.no_healthy_target")
    public static let breakerOpen = ErrorReason("llmgw.gateway.breaker_open")
    public static let storageFailed = ErrorReason("llmgw.gateway.storage_failed")
    public static let outOfResources = ErrorReason("llmgw.gateway.out_of_resources")
    public static let draining = ErrorReason("llmgw.gateway.draining")
    public static let internalError = ErrorReason("llmgw.gateway.internal")

    public static let upstreamInvalidRequest = ErrorReason("llmgw.upstream.invalid_request")
    public static let contextLengthExceeded = ErrorReason("llmgw.upstream.context_length_exceeded")
    public static let contentFiltered = ErrorReason("llmgw.upstream.content_filtered")
    public static let requestTooLarge = ErrorReason("llmgw.upstream.request_too_large")
    public static let authentication = ErrorReason("llmgw.upstream.authentication")
    public static let upstreamPermissionDenied = ErrorReason("llmgw.upstream.permission_denied")
    public static let modelNotFound = ErrorReason("llmgw.upstream.model_not_found")
    public static let rateLimited = ErrorReason("llmgw.upstream.rate_limited")
    public static let quotaExhausted = ErrorReason("llmgw.upstream.quota_exhausted")
    public static let overloaded = ErrorReason("llmgw.upstream.overloaded")
    public static let serverError = ErrorReason("llmgw.upstream.server_error")
    public static let dnsFailed = ErrorReason("llmgw.upstream.dns_failed")
    public static let connectFailed = ErrorReason("llmgw.upstream.connect_failed")
    public static let tlsFailed = ErrorReason("llmgw.upstream.tls_failed")
    public static let tlsVerificationFailed = ErrorReason("llmgw.upstream.tls_verification_failed")
    public static let connectionLost = ErrorReason("llmgw.upstream.connection_lost")
    public static let streamTruncated = ErrorReason("llmgw.upstream.stream_truncated")
    public static let timeoutConnect = ErrorReason("llmgw.upstream.timeout_connect")
    public static let timeoutFirstToken = ErrorReason("llmgw.upstream.timeout_first_token")
    public static let timeoutIdle = ErrorReason("llmgw.upstream.timeout_idle")
    public static let timeoutTotal = ErrorReason("llmgw.upstream.timeout_total")
    public static let upstreamProtocolError = ErrorReason("llmgw.upstream.protocol_error")

    public static let protocolVersion = ErrorReason("llmgw.protocol.version")
    public static let protocolViolation = ErrorReason("llmgw.protocol.violation")
    public static let handshakeTimeout = ErrorReason("llmgw.protocol.handshake_timeout")

    public static let localConnectFailed = ErrorReason("llmgw.local.connect_failed")
    public static let localConnectionLost = ErrorReason("llmgw.local.connection_lost")
    public static let localProtocolViolation = ErrorReason("llmgw.local.protocol_violation")
    public static let localTimeout = ErrorReason("llmgw.local.timeout")
    public static let localClosed = ErrorReason("llmgw.local.closed")
    public static let localOutOfMemory = ErrorReason("llmgw.local.out_of_memory")
}

extension ErrorReason {
    /// A row of the table: what the reason means for code and repetition, and the plain advice for people.
    public struct Entry: Sendable {
        public let reason: ErrorReason
        public let code: StatusCode
        public let retry: Retry
        public let suggestion: String
    }

    /// Every reason this version knows, in the order of PROTOCOL.md.
    public static let table: [Entry] = [
        Entry(.invalidRequest, .invalidArgument, .never, "Correct the field that the message names."),
        Entry(.malformedMessage, .invalidArgument, .never, "Use a client library that matches the daemon's protocol."),
        Entry(.messageTooLarge, .resourceExhausted, .never, "Send less at once."),
        Entry(
            .unknownMethod, .unimplemented, .never,
            "Update the daemon, or use a method that `llmgw-ctl describe` lists."),
        Entry(
            .unknownModel, .notFound, .never,
            "Choose a model that `llmgw-ctl models` lists, or add it to the configuration."),
        Entry(
            .unsupported, .unimplemented, .never,
            "Choose a model that has the capability, or correct the model's capabilities."),
        Entry(.permissionDenied, .permissionDenied, .never, "Ask an administrator of the daemon."),
        Entry(
            .modelNotAllowed, .permissionDenied, .never,
            "Choose a model that `llmgw-ctl models` lists, or ask an administrator to allow it in [clients]."),
        Entry(
            .notCached, .notFound, .never,
            "Ask without only_if_cached: the answer is not in the cache."),
        Entry(
            .exceedsLimit, .resourceExhausted, .never,
            "Send less at once, or allow fewer tokens of output: alone it is more than a limit that `llmgw-ctl limits` shows."
        ),
        Entry(.cancelled, .cancelled, .never, ""),
        Entry(.cancelledByOperator, .cancelled, .never, "Ask the operator of the daemon why."),
        Entry(.hedgeLost, .cancelled, .never, ""),
        Entry(.deadlineExceeded, .deadlineExceeded, .ambiguous, "Allow more time, or ask for a shorter answer."),
        Entry(
            .tooManyConnections, .resourceExhausted, .safe, "Share one connection between calls, or close idle ones."),
        Entry(.tooManyStreams, .resourceExhausted, .safe, "Wait until a call ends, or raise the limit in [server]."),
        Entry(
            .readerTooSlow, .resourceExhausted, .ambiguous,
            "Take the answer faster, or ask with cache mode off, which shares no upstream call."),
        Entry(.queueFull, .resourceExhausted, .safe, "Try again later, or raise the max_queue that the message names."),
        Entry(
            .gatewayQuotaExhausted, .resourceExhausted, .after,
            "Wait for the stated time, or allow more time; `llmgw-ctl limits` shows which limit is used up."),
        Entry(
            .budgetExhausted, .resourceExhausted, .after,
            "Wait for the budget's next period, or raise it; `llmgw-ctl budgets` shows what was spent."),
        Entry(
            .paused, .unavailable, .after,
            "Wait until the operator resumes it; `llmgw-ctl status` shows who paused it, and why."),
        Entry(
            .noHealthyTarget, .unavailable, .after,
            "Wait for the stated time; `llmgw-ctl providers` shows what is wrong with each way to the model."),
        Entry(
            .breakerOpen, .unavailable, .after,
            "Wait for the stated time; `llmgw-ctl breakers` shows what failed."),
        Entry(
            .storageFailed, .unavailable, .safe,
            "Check the disk and the files of server.state_directory; `llmgw-ctl status` names what is out of use."),
        Entry(
            .outOfResources, .resourceExhausted, .safe,
            "Give the daemon more descriptors (LimitNOFILE= of its unit, or ulimit -n) or memory; its log says which it lacks."
        ),
        Entry(.draining, .unavailable, .safe, "Connect again: the daemon is restarting."),
        Entry(
            .internalError, .internal, .never, "This is a defect of the gateway; please report it with the request id."),
        Entry(
            .upstreamInvalidRequest, .invalidArgument, .never, "The upstream refused the request; its message says why."
        ),
        Entry(
            .contextLengthExceeded, .invalidArgument, .never,
            "Shorten the conversation, or choose a model with a longer context."),
        Entry(.contentFiltered, .invalidArgument, .never, "The upstream's content policy refused the request."),
        Entry(
            .requestTooLarge, .resourceExhausted, .never, "Send less at once: this can never fit the upstream's limit."),
        Entry(.authentication, .failedPrecondition, .never, "Check the provider's key in the daemon's configuration."),
        Entry(
            .upstreamPermissionDenied, .permissionDenied, .never,
            "The provider's key may not do this; check the account."),
        Entry(
            .modelNotFound, .notFound, .never,
            "Check the model's upstream_model, and the path in the provider's base_url (most end in /v1)."),
        Entry(.rateLimited, .resourceExhausted, .after, "Wait for the stated time."),
        Entry(
            .quotaExhausted, .resourceExhausted, .never, "The provider's account has no credit left; check its billing."
        ),
        Entry(.overloaded, .unavailable, .safe, "The upstream is overloaded; try again later."),
        Entry(.serverError, .unavailable, .ambiguous, "The upstream failed; try again later."),
        Entry(.dnsFailed, .unavailable, .safe, "Check the host name in the provider's base_url, and the resolver."),
        Entry(
            .connectFailed, .unavailable, .safe,
            "Check that the provider's base_url is right and its server is running."),
        Entry(.tlsFailed, .unavailable, .safe, "Check that the provider's base_url speaks TLS on that port."),
        Entry(
            .tlsVerificationFailed, .failedPrecondition, .never,
            "Check base_url, ca_file and the clock; a certificate that has expired has to be renewed by the upstream."),
        Entry(
            .connectionLost, .unavailable, .ambiguous,
            "The upstream may have run the request; repeat it if that is harmless."),
        Entry(.streamTruncated, .dataLoss, .ambiguous, "The answer is incomplete; ask again."),
        Entry(.timeoutConnect, .deadlineExceeded, .safe, "Check the network, or raise the provider's connect_timeout."),
        Entry(
            .timeoutFirstToken, .deadlineExceeded, .ambiguous,
            "Raise the provider's first_token_timeout for slow models."),
        Entry(.timeoutIdle, .deadlineExceeded, .ambiguous, "Raise the provider's idle_timeout for slow models."),
        Entry(.timeoutTotal, .deadlineExceeded, .ambiguous, "Raise the provider's total_timeout for long answers."),
        Entry(
            .upstreamProtocolError, .internal, .ambiguous,
            "Check that base_url points to an API of the provider's kind."),
        Entry(.protocolVersion, .failedPrecondition, .never, "Use a client library of the daemon's major version."),
        Entry(.protocolViolation, .invalidArgument, .never, "Use a client library that follows the protocol."),
        Entry(.handshakeTimeout, .deadlineExceeded, .safe, "Send the preface and HELLO directly after connecting."),
        Entry(
            .localConnectFailed, .unavailable, .safe, "Check that llmgwd is running and that you may use its socket."),
        Entry(
            .localConnectionLost, .unavailable, .ambiguous, "The daemon went away; the request may have been processed."
        ),
        Entry(.localProtocolViolation, .internal, .ambiguous, "Use a client library that matches the daemon."),
        Entry(.localTimeout, .deadlineExceeded, .ambiguous, "Allow more time."),
        Entry(.localClosed, .cancelled, .never, "The client was closed while the call was running."),
        Entry(.localOutOfMemory, .resourceExhausted, .ambiguous, "Give the program more memory."),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.reason.name, $0) })

    /// The row of this reason, or nil for a word of another version.
    public var entry: Entry? { Self.byName[name] }
}

extension ErrorReason.Entry {
    fileprivate init(_ reason: ErrorReason, _ code: StatusCode, _ retry: Retry, _ suggestion: String) {
        self.init(reason: reason, code: code, retry: retry, suggestion: suggestion)
    }
}
