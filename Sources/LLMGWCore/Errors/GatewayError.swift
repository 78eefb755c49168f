/// How one request ended, where it did not end well.
///
/// `message` and `suggestion` are for people and carry neither prompts nor keys; `shortDescription` has no dynamic
/// part and is safe as a metric label.
public struct GatewayError: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: StatusCode
    public var reason: ErrorReason
    public var message: String
    public var retry: Retry
    public var retryAfter: Duration?
    public var origin: Origin
    /// The upstream's HTTP status, where it gave one.
    public var upstreamStatus: UInt32?
    public var attempts: UInt32
    public var provider: String?
    public var model: String?
    /// "Chat", "Embed", …
    public var operation: String?
    public var suggestion: String
    /// True where no upstream has seen the request.
    public var notProcessed: Bool
    public var requestID: String?

    /// An error of the table: code, repetition, origin and advice follow from the reason.
    public init(_ reason: ErrorReason, _ message: String) {
        let entry = reason.entry
        // What the gateway refuses as the caller's mistake, it refuses before it asks an upstream.
        let isRefusal = reason.name.hasPrefix("llmgw.client.") && reason != .cancelled
        self.init(
            code: entry?.code ?? .unknown, reason: reason, message: message, retry: entry?.retry ?? .unspecified,
            origin: Origin(of: reason), suggestion: entry?.suggestion ?? "",
            notProcessed: isRefusal)
    }

    public init(
        code: StatusCode, reason: ErrorReason, message: String, retry: Retry, retryAfter: Duration? = nil,
        origin: Origin, upstreamStatus: UInt32? = nil, attempts: UInt32 = 0, provider: String? = nil,
        model: String? = nil, operation: String? = nil, suggestion: String = "", notProcessed: Bool = false,
        requestID: String? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retry = retry
        self.retryAfter = retryAfter
        self.origin = origin
        self.upstreamStatus = upstreamStatus
        self.attempts = attempts
        self.provider = provider
        self.model = model
        self.operation = operation
        self.suggestion = suggestion
        self.notProcessed = notProcessed
        self.requestID = requestID
    }

    public var shortDescription: String { reason.name }

    public var description: String {
        var text = "\(reason.name): \(message)"
        if let upstreamStatus { text += " (HTTP \(upstreamStatus))" }
        if !suggestion.isEmpty {
            let ended = text.last.map { ".?!。？！".contains($0) } ?? false
            text += (ended ? " " : ". ") + suggestion
        }
        return text
    }
}

/// Whether repeating a request can help, and is safe.
public enum Retry: UInt32, Sendable, Hashable {
    case unspecified
    /// The same request will fail again.
    case never
    /// Nothing was processed.
    case safe
    /// Once `retryAfter` has passed.
    case after
    /// It may have been processed already: a repetition can be billed twice.
    case ambiguous
}

/// Who is at the root of an error.
public enum Origin: UInt32, Sendable, Hashable {
    case unspecified, client, gateway, upstream

    /// Follows from the reason's namespace.
    init(of reason: ErrorReason) {
        self =
            if reason.name.hasPrefix("llmgw.client.") || reason.name.hasPrefix("llmgw.protocol.") {
                .client
            } else if reason.name.hasPrefix("llmgw.upstream.") {
                .upstream
            } else {
                .gateway
            }
    }
}
