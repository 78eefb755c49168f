internal import CLLMGWProto
internal import LLMGWCore

extension GatewayError {
    /// Nil if the status is OK.
    init?(_ pointer: UnsafeMutablePointer<Llmgw__V1__Status>?, at path: @autoclosure () -> String) throws(MessageError)
    {
        guard let c = pointer?.pointee, c.code != 0 else { return nil }
        self.init(
            code: StatusCode(c.code),
            reason: ErrorReason(try name(c.reason, path() + "reason") ?? ""),
            message: try text(c.has_message, c.message, path() + "message") ?? "",
            retry: Retry(rawValue: c.retry.rawValue) ?? .unspecified,
            retryAfter: present(c.has_retry_after_ms, .milliseconds(c.retry_after_ms)),
            origin: Origin(rawValue: c.origin.rawValue) ?? .unspecified,
            upstreamStatus: present(c.has_upstream_http_status, c.upstream_http_status),
            attempts: c.attempts,
            provider: try name(c.provider, path() + "provider"),
            model: try name(c.model, path() + "model"),
            operation: try name(c.operation, path() + "operation"),
            suggestion: try text(c.has_suggestion, c.suggestion, path() + "suggestion") ?? "",
            notProcessed: c.not_processed != 0,
            requestID: try name(c.request_id, path() + "request_id"))
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Status> {
        let c = arena.make(Llmgw__V1__Status.self)
        assign(&c.pointee.has_code, &c.pointee.code, code.number)
        c.pointee.reason = arena.string(reason.name)
        assign(&c.pointee.has_message, &c.pointee.message, arena.bytes(message))
        assign(&c.pointee.has_retry, &c.pointee.retry, Llmgw__V1__Retry(rawValue: retry.rawValue))
        assign(&c.pointee.has_retry_after_ms, &c.pointee.retry_after_ms, retryAfter?.clampedMilliseconds)
        assign(&c.pointee.has_origin, &c.pointee.origin, Llmgw__V1__Origin(rawValue: origin.rawValue))
        assign(&c.pointee.has_upstream_http_status, &c.pointee.upstream_http_status, upstreamStatus)
        assign(&c.pointee.has_attempts, &c.pointee.attempts, attempts)
        c.pointee.provider = arena.string(provider)
        c.pointee.model = arena.string(model)
        c.pointee.operation = arena.string(operation)
        if !suggestion.isEmpty {
            assign(&c.pointee.has_suggestion, &c.pointee.suggestion, arena.bytes(suggestion))
        }
        if notProcessed { assign(&c.pointee.has_not_processed, &c.pointee.not_processed, 1) }
        c.pointee.request_id = arena.string(requestID)
        return c
    }

    static func okPointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Status> {
        let c = arena.make(Llmgw__V1__Status.self)
        c.pointee.has_code = 1
        return c
    }
}
