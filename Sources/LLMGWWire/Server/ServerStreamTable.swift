internal import LLMGWCore

/// What a client sent on each stream, and what it may still send. Dimensions: a stream is idle (its number is above
/// all seen), receiving (REQUEST with MORE), discarding (refused while parts are still coming), open, or ended (terminal; nothing is
/// kept). One instance for each connection.
///
/// Wrong input: `opened` twice by us is a precondition; what the client must not do is a `ProtocolViolation`; CANCEL and
/// CREDIT for a stream that ended meanwhile are a race and ignored. PROTOCOL.md, "The daemon's view of a stream".
struct ServerStreamTable: Sendable {
    /// Unfinished requests of one connection may hold this many bytes together.
    static let assemblyLimit = 64 << 20
    private static let creditLimit = Int64(Int32.max)

    private enum Stream {
        case receiving(method: UInt16, body: [UInt8], credit: Int64)
        case discarding(method: UInt16, budget: Int)
        case open(credit: Int64)
    }

    enum Action: Equatable {
        /// Nothing to do.
        case none
        case request(method: UInt16, body: [UInt8], credit: Int)
        /// END with this error; the stream has ended for us.
        case refuse(GatewayError)
        case cancel
        case credit(Int)
    }

    private let limits: ConnectionLimits
    private var streams: [UInt32: Stream] = [:]
    private var assembling = 0
    /// How many of the streams are refused and still have parts to come. Bounded, because they cost memory and no answer.
    private var discarding = 0
    private(set) var last: UInt32 = 0
    /// Set by GOAWAY: streams above this are refused.
    private var acceptUpTo: UInt32 = .max

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    /// Streams that the client may still hear of.
    var openCount: Int {
        streams.count - discarding
    }

    mutating func request(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, oversized: Bool
    ) throws(ProtocolViolation) -> Action {
        switch streams[header.stream] {
        case nil:
            return try open(header, payload, oversized: oversized)
        case .receiving(let method, var body, let credit):
            guard header.method == method else { throw .unexpectedFrame }
            streams[header.stream] = nil  // The body must have one owner while it grows.
            assembling -= body.count
            if oversized || body.count + payload.count > Int(limits.maxMessage) {
                return try refuse(header, Self.tooLarge(limits), alreadySent: 0)
            }
            if assembling + body.count + payload.count > Self.assemblyLimit {
                return try refuse(header, Self.assemblyFull, alreadySent: 0)
            }
            body.append(contentsOf: payload)
            if header.more {
                assembling += body.count
                streams[header.stream] = .receiving(method: method, body: body, credit: credit)
                return .none
            }
            streams[header.stream] = .open(credit: credit)
            return .request(method: method, body: body, credit: Int(credit))
        case .discarding(let method, let budget):
            guard header.method == method else { throw .unexpectedFrame }
            guard header.length <= budget else { throw .frameTooLarge }
            if header.more {
                streams[header.stream] = .discarding(method: method, budget: budget - header.length)
            } else {
                streams[header.stream] = nil
                discarding -= 1
            }
            return .none
        case .open:
            throw .unexpectedFrame
        }
    }

    private mutating func open(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, oversized: Bool
    ) throws(ProtocolViolation) -> Action {
        guard header.stream % 2 == 1, header.stream > last else { throw .wrongStream }
        last = header.stream
        if header.stream > acceptUpTo {
            return try refuse(header, Self.draining, alreadySent: payload.count)
        }
        if openCount >= Int(limits.maxStreams) {
            return try refuse(header, Self.tooManyStreams(limits), alreadySent: payload.count)
        }
        if oversized || payload.count > Int(limits.maxMessage) {
            return try refuse(header, Self.tooLarge(limits), alreadySent: 0)
        }
        if header.more {
            if assembling + payload.count > Self.assemblyLimit {
                return try refuse(header, Self.assemblyFull, alreadySent: payload.count)
            }
            assembling += payload.count
            streams[header.stream] = .receiving(
                method: header.method, body: Array(payload), credit: Int64(limits.initialCredit))
            return .none
        }
        streams[header.stream] = .open(credit: Int64(limits.initialCredit))
        return .request(method: header.method, body: Array(payload), credit: Int(limits.initialCredit))
    }

    private mutating func refuse(
        _ header: FrameHeader, _ error: GatewayError, alreadySent: Int
    ) throws(ProtocolViolation) -> Action {
        if header.more {
            try discard(header.stream, method: header.method, budget: Int(limits.maxMessage) - alreadySent)
        }
        return .refuse(error)
    }

    /// Drops what still comes of a request.
    private mutating func discard(_ id: UInt32, method: UInt16, budget: Int) throws(ProtocolViolation) {
        guard discarding < Int(limits.maxStreams) else { throw .tooManyRefusedRequests }
        discarding += 1
        streams[id] = .discarding(method: method, budget: budget)
    }

    mutating func cancel(_ id: UInt32) throws(ProtocolViolation) -> Action {
        switch streams[id] {
        case .receiving(let method, let body, _):
            assembling -= body.count
            try discard(id, method: method, budget: Int(limits.maxMessage))
            return .refuse(Self.cancelled)
        case .open:
            return .cancel
        case .discarding:
            return .none
        case nil:
            guard id % 2 == 1, id <= last else { throw .wrongStream }
            return .none
        }
    }

    mutating func credit(_ id: UInt32, _ amount: UInt32) throws(ProtocolViolation) -> Action {
        switch streams[id] {
        case .receiving(let method, let body, let credit):
            streams[id] = .receiving(method: method, body: body, credit: try Self.sum(credit, amount))
            return .none  // It comes with the request.
        case .open(let credit):
            streams[id] = .open(credit: try Self.sum(credit, amount))
            return .credit(Int(amount))
        case .discarding:
            return .none
        case nil:
            guard id % 2 == 1, id <= last else { throw .wrongStream }
            return .none
        }
    }

    private static func sum(_ credit: Int64, _ amount: UInt32) throws(ProtocolViolation) -> Int64 {
        let total = credit + Int64(amount)
        guard total <= creditLimit else { throw .creditOverflow }
        return total
    }

    /// DATA of this size was sent.
    mutating func spend(_ id: UInt32, _ amount: Int) {
        guard case .open(let credit)? = streams[id] else { return }
        streams[id] = .open(credit: credit - Int64(amount))
    }

    /// END was sent: the stream is over. Until then credit counts, because what was queued before END may wait for it.
    mutating func ended(_ id: UInt32) {
        if case .open? = streams[id] { streams[id] = nil }
    }

    /// From now on new streams are refused. Returns the last one that is served.
    mutating func drain() -> UInt32 {
        acceptUpTo = min(acceptUpTo, last)
        return acceptUpTo
    }
}

extension ServerStreamTable {
    private static func tooLarge(_ limits: ConnectionLimits) -> GatewayError {
        var error = GatewayError(
            .messageTooLarge,
            "the request is larger than the connection allows: \(limits.maxFrame) bytes in a frame, \(limits.maxMessage) in a message"
        )
        error.notProcessed = true
        return error
    }

    private static func tooManyStreams(_ limits: ConnectionLimits) -> GatewayError {
        var error = GatewayError(
            .tooManyStreams, "the connection has \(limits.maxStreams) streams open, which is its limit")
        error.notProcessed = true
        return error
    }

    private static var assemblyFull: GatewayError {
        var error = GatewayError(
            .tooManyStreams, "unfinished requests of the connection hold \(assemblyLimit >> 20) MiB, which is the limit"
        )
        error.notProcessed = true
        return error
    }

    private static var draining: GatewayError {
        var error = GatewayError(.draining, "the daemon takes no new requests on this connection")
        error.notProcessed = true
        return error
    }

    private static var cancelled: GatewayError {
        var error = GatewayError(.cancelled, "the client cancelled the request before it was complete")
        error.notProcessed = true
        return error
    }
}
