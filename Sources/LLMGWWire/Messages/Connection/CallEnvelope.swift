internal import CLLMGWProto
public import LLMGWCore

/// What is common to all calls, around the method's own message: the payload of REQUEST.
public struct CallEnvelope: Sendable, Hashable {
    public var options: CallOptions
    /// The method's request, serialised.
    public var body: [UInt8]

    public init(options: CallOptions, body: [UInt8]) {
        self.options = options
        self.body = body
    }
}

/// A stream's outcome: the payload of END.
public struct EndEnvelope: Sendable, Hashable {
    /// Nil if the status is OK.
    public var error: GatewayError?
    /// The method's reply, serialised; empty where there is an error.
    public var reply: [UInt8]

    public init(error: GatewayError? = nil, reply: [UInt8] = []) {
        self.error = error
        self.reply = reply
    }
}

extension CallEnvelope: StructConvertible {
    init(_ c: Llmgw__V1__Request, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            options: CallOptions(
                timeout: c.timeout_ms == 0 ? nil : .milliseconds(c.timeout_ms),
                labels: try labelList(c.n_labels, c.labels, path() + "labels"),
                retryAmbiguous: present(c.has_retry_ambiguous, c.retry_ambiguous != 0),
                priority: try choice(c.has_priority, c.priority.rawValue, path() + "priority"),
                cache: try CacheControl(c.cache, at: path() + "cache.")),
            body: Array(UnsafeBufferPointer(start: c.body.data, count: c.body.len)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Request>, _ arena: ProtobufArena) {
        // A timeout that is shorter than a millisecond must not become "no timeout".
        assign(&c.pointee.has_timeout_ms, &c.pointee.timeout_ms, options.timeout.map { max(1, $0.clampedMilliseconds) })
        c.pointee.n_labels = options.labels.count
        c.pointee.labels = arena.messages(options.labels) { $0.fill($1, arena) }
        assign(&c.pointee.has_retry_ambiguous, &c.pointee.retry_ambiguous, options.retryAmbiguous.map { $0 ? 1 : 0 })
        assign(
            &c.pointee.has_priority, &c.pointee.priority,
            options.priority.map { Llmgw__V1__Priority(rawValue: $0.rawValue) })
        c.pointee.cache = options.cache.pointer(arena)
        assign(&c.pointee.has_body, &c.pointee.body, body.withUnsafeBytes(arena.bytes))
    }
}

extension EndEnvelope: StructConvertible {
    init(_ c: Llmgw__V1__End, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            error: try GatewayError(c.status, at: path() + "status."),
            reply: Array(UnsafeBufferPointer(start: c.reply.data, count: c.reply.len)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__End>, _ arena: ProtobufArena) {
        if let error {
            c.pointee.status = error.pointer(arena)
        } else {
            c.pointee.status = GatewayError.okPointer(arena)
            assign(&c.pointee.has_reply, &c.pointee.reply, reply.withUnsafeBytes(arena.bytes))
        }
    }
}
