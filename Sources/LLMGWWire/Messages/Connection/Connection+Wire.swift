internal import CLLMGWProto
public import LLMGWCore

/// What a client says of itself. Claims, not identity.
public struct ClientHello: Sendable, Hashable {
    public var clientName: String
    public var clientVersion: String
    public var features: UInt64

    public init(clientName: String, clientVersion: String, features: UInt64 = 0) {
        self.clientName = clientName
        self.clientVersion = clientVersion
        self.features = features
    }
}

/// The daemon's answer to HELLO.
public struct ServerHello: Sendable, Hashable {
    public var serverVersion: String
    public var protocolMajor: UInt32
    public var protocolMinor: UInt32
    public var features: UInt64
    public var limits: ConnectionLimits

    public init(
        serverVersion: String, protocolMajor: UInt32 = UInt32(Version.protocolMajor),
        protocolMinor: UInt32 = UInt32(Version.protocolMinor), features: UInt64 = 0, limits: ConnectionLimits
    ) {
        self.serverVersion = serverVersion
        self.protocolMajor = protocolMajor
        self.protocolMinor = protocolMinor
        self.features = features
        self.limits = limits
    }
}

/// Why the daemon closes a connection.
public struct ConnectionError: Error, Sendable, Hashable {
    public var error: GatewayError
    /// The versions the daemon speaks, where the version was the trouble.
    public var majorVersions: ClosedRange<UInt32>?

    public init(_ error: GatewayError, majorVersions: ClosedRange<UInt32>? = nil) {
        self.error = error
        self.majorVersions = majorVersions
    }
}

/// The daemon takes no new streams on this connection.
public struct GoAway: Sendable, Hashable {
    /// Streams above this were not processed.
    public var lastStream: UInt32
    public var reason: String
    /// How long the streams in flight may still run.
    public var grace: Duration

    public init(lastStream: UInt32, reason: String, grace: Duration) {
        self.lastStream = lastStream
        self.reason = reason
        self.grace = grace
    }
}

extension ClientHello: StructConvertible {
    init(_ c: Llmgw__V1__Hello, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            clientName: try name(c.client_name, path() + "client_name") ?? "",
            clientVersion: try name(c.client_version, path() + "client_version") ?? "",
            features: c.features)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Hello>, _ arena: ProtobufArena) {
        c.pointee.client_name = arena.string(clientName)
        c.pointee.client_version = arena.string(clientVersion)
        if features != 0 { assign(&c.pointee.has_features, &c.pointee.features, features) }
    }
}

extension ServerHello: StructConvertible {
    init(_ c: Llmgw__V1__HelloOk, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            serverVersion: try name(c.server_version, path() + "server_version") ?? "",
            protocolMajor: c.protocol_major, protocolMinor: c.protocol_minor, features: c.features,
            limits: ConnectionLimits(c.limits))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__HelloOk>, _ arena: ProtobufArena) {
        c.pointee.server_version = arena.string(serverVersion)
        assign(&c.pointee.has_protocol_major, &c.pointee.protocol_major, protocolMajor)
        assign(&c.pointee.has_protocol_minor, &c.pointee.protocol_minor, protocolMinor)
        if features != 0 { assign(&c.pointee.has_features, &c.pointee.features, features) }
        c.pointee.limits = limits.pointer(arena)
    }
}

extension ConnectionLimits {
    /// What is not said keeps the default of PROTOCOL.md.
    init(_ pointer: UnsafeMutablePointer<Llmgw__V1__Limits>?) {
        self.init()
        guard let c = pointer?.pointee else { return }
        maxFrame = present(c.has_max_frame, c.max_frame) ?? maxFrame
        maxMessage = present(c.has_max_message, c.max_message) ?? maxMessage
        maxStreams = present(c.has_max_streams, c.max_streams) ?? maxStreams
        initialCredit = present(c.has_initial_credit, c.initial_credit) ?? initialCredit
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Limits> {
        let c = arena.make(Llmgw__V1__Limits.self)
        assign(&c.pointee.has_max_frame, &c.pointee.max_frame, maxFrame)
        assign(&c.pointee.has_max_message, &c.pointee.max_message, maxMessage)
        assign(&c.pointee.has_max_streams, &c.pointee.max_streams, maxStreams)
        assign(&c.pointee.has_initial_credit, &c.pointee.initial_credit, initialCredit)
        return c
    }
}

extension ConnectionError: StructConvertible {
    init(_ c: Llmgw__V1__ConnectionError, at path: @autoclosure () -> String) throws(MessageError) {
        guard let error = try GatewayError(c.status, at: path() + "status.") else {
            throw MessageError(path() + "status", "missing")
        }
        let range = c.has_min_major != 0 && c.has_max_major != 0 && c.min_major <= c.max_major
        self.init(error, majorVersions: range ? c.min_major...c.max_major : nil)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ConnectionError>, _ arena: ProtobufArena) {
        c.pointee.status = error.pointer(arena)
        assign(&c.pointee.has_min_major, &c.pointee.min_major, majorVersions?.lowerBound)
        assign(&c.pointee.has_max_major, &c.pointee.max_major, majorVersions?.upperBound)
    }
}

extension GoAway: StructConvertible {
    init(_ c: Llmgw__V1__GoAway, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            lastStream: c.last_stream, reason: try text(c.has_reason, c.reason, path() + "reason") ?? "",
            grace: .milliseconds(c.grace_ms))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GoAway>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_last_stream, &c.pointee.last_stream, lastStream)
        assign(&c.pointee.has_reason, &c.pointee.reason, arena.bytes(reason))
        assign(&c.pointee.has_grace_ms, &c.pointee.grace_ms, grace.clampedMilliseconds)
    }
}

extension ReplyHead: StructConvertible {
    init(_ c: Llmgw__V1__Head, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            requestID: try name(c.request_id, path() + "request_id"),
            model: try name(c.model, path() + "model"),
            provider: try name(c.provider, path() + "provider"),
            cache: CacheState(rawValue: c.cache.rawValue),
            queuePosition: present(c.has_queue_position, c.queue_position),
            expectedWait: present(c.has_expected_wait_ms, .milliseconds(c.expected_wait_ms)),
            attempt: present(c.has_attempt, c.attempt))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Head>, _ arena: ProtobufArena) {
        c.pointee.request_id = arena.string(requestID)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        assign(&c.pointee.has_cache, &c.pointee.cache, cache.map { Llmgw__V1__CacheState(rawValue: $0.rawValue) })
        assign(&c.pointee.has_queue_position, &c.pointee.queue_position, queuePosition)
        assign(&c.pointee.has_expected_wait_ms, &c.pointee.expected_wait_ms, expectedWait?.clampedMilliseconds)
        assign(&c.pointee.has_attempt, &c.pointee.attempt, attempt)
    }
}
