public import LLMGWCore

/// A client's side of one connection, from its first byte. States: opening (until HELLO_OK) → open → closed (terminal, after ERROR or a
/// violation). Streams are open, cancelled (a tombstone until END), or gone.
///
/// Wrong input: what the daemon must not do throws a `ProtocolViolation`; using a stream that is gone is a race with its
/// END and has no effect; opening a stream before HELLO_OK, or more than the limit, is our bug (precondition). PROTOCOL.md, "The client's view of a
/// stream".
public struct ClientConnectionStateMachine: Sendable {
    /// Before HELLO_OK names the real limit.
    private static let frameLimitBeforeHello = 64 << 10

    public enum Event: Sendable, Equatable {
        case helloOK(ServerHello)
        /// The daemon sent ERROR; nothing follows.
        case refused(ConnectionError)
        case head(stream: UInt32, payload: [UInt8])
        case data(stream: UInt32, payload: [UInt8])
        case end(stream: UInt32, payload: [UInt8])
        /// Streams above the number were not processed, and new ones will not be.
        case goAway(lastStream: UInt32)
    }

    private enum State {
        case opening, open, closed
    }

    private struct Stream {
        var window: Int64
        /// Taken, and not yet given back.
        var toGrant = 0
        /// Given back before it is taken.
        var early = 0
        var isCancelled = false
        var partial: [UInt8] = []
        var partialType: FrameType?
    }

    private var state = State.opening
    private var decoder = FrameDecoder(maxFrame: Self.frameLimitBeforeHello)
    private var streams: [UInt32: Stream] = [:]
    private var nextStream: UInt32 = 1
    private var output: [UInt8]
    private let creditThreshold: Int?
    public private(set) var limits = ConnectionLimits()
    /// GOAWAY came: open no more streams here.
    public private(set) var isGoingAway = false

    /// - Parameter creditThreshold: consumed bytes are given back when they are this many; nil means a quarter of the initial credit.
    public init(hello: ClientHello, codec: MessageCodec, creditThreshold: Int? = nil) {
        self.creditThreshold = creditThreshold
        self.output = Preface.bytes + FrameHeader.frame(.hello, payload: hello.encode(with: codec))
    }

    public var isOpen: Bool { if case .open = state { true } else { false } }

    /// Whether one more stream may be opened now.
    public var hasRoom: Bool { isOpen && !isGoingAway && streams.count < Int(limits.maxStreams) }

    /// Stream numbers are never used again, and this is the last.
    private static let lastStream = UInt32.max

    /// What is to be sent, once.
    public mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Begins a call with a serialised `Request`; returns its stream.
    public mutating func open(method: UInt16, request: [UInt8]) -> UInt32 {
        precondition(hasRoom, "a stream was opened without room for it")
        let stream = nextStream
        if stream == Self.lastStream { isGoingAway = true } else { nextStream += 2 }
        streams[stream] = Stream(window: Int64(limits.initialCredit))
        var first = 0
        repeat {
            let last = min(first + Int(limits.maxFrame), request.count)
            output += FrameHeader.frame(
                .request, stream: stream, more: last < request.count, method: method,
                payload: Array(request[first..<last]))
            first = last
        } while first < request.count
        return stream
    }

    /// Gives a call up. What still arrives for it is dropped.
    public mutating func cancel(_ stream: UInt32) {
        guard streams[stream]?.isCancelled == false else { return }
        streams[stream]?.isCancelled = true
        streams[stream]?.partial = []
        streams[stream]?.partialType = nil
        output += FrameHeader.frame(.cancel, stream: stream)
    }

    /// The program consumed this many bytes of DATA: the daemon may send as many more.
    public mutating func taken(_ stream: UInt32, bytes: Int) {
        guard bytes > 0, var state = streams[stream] else { return }
        let early = min(bytes, state.early)
        state.early -= early
        state.toGrant += bytes - early
        if state.toGrant > 0, state.toGrant >= creditThreshold ?? Int(limits.initialCredit / 4) {
            grant(state.toGrant, to: stream, &state)
            state.toGrant = 0
        }
        unblock(stream, &state)
        streams[stream] = state
    }

    /// A message longer than the window would wait for its own end, so its beginning is given back early: never more than one message's
    /// worth, so that a program that takes nothing has the initial credit and one message to keep.
    private mutating func unblock(_ id: UInt32, _ stream: inout Stream) {
        guard stream.partialType == .data, stream.partial.count > stream.early,
            stream.window <= Int64(limits.initialCredit / 4)
        else { return }
        grant(stream.partial.count - stream.early, to: id, &stream)
        stream.early = stream.partial.count
    }

    private mutating func grant(_ bytes: Int, to id: UInt32, _ stream: inout Stream) {
        let amount = withUnsafeBytes(of: UInt32(bytes).bigEndian) { Array($0) }
        output += FrameHeader.frame(.credit, stream: id, payload: amount)
        stream.window += Int64(bytes)
    }

    /// Takes the next bytes from the daemon. After a violation or a refusal, further bytes are dropped.
    public mutating func receive(
        _ bytes: UnsafeRawBufferPointer, with codec: MessageCodec, _ handle: (Event) -> Void
    ) throws(ProtocolViolation) {
        if case .closed = state { return }
        // The decoder is taken out of this value, so that its handler may change the rest of it.
        var decoder = FrameDecoder(maxFrame: 0)
        swap(&decoder, &self.decoder)
        do {
            try decoder.decode(bytes) { _, header, payload throws(ProtocolViolation) in
                if let event = try self.receive(header, payload, codec) { handle(event) }
            }
        } catch {
            // What lies behind an ERROR is dropped, wherever the bytes are cut.
            if isClosed { return }
            state = .closed
            throw error
        }
        if isOpen { decoder.maxFrame = Int(limits.maxFrame) }
        swap(&decoder, &self.decoder)
    }

    private mutating func receive(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, _ codec: MessageCodec
    ) throws(ProtocolViolation) -> Event? {
        switch header.type {
        case _ where isClosed: return nil
        case .hello, .request, .cancel, .credit: throw .wrongSide
        case .error:
            state = .closed
            return .refused(try message(payload, codec))
        case _ where !isOpen: return try receiveHelloOK(header, payload, codec)
        case .head, .data, .end: return try receiveStreamFrame(header, payload)
        case _ where header.stream != 0: throw .wrongStream
        case .helloOK: throw .unexpectedFrame
        case .goAway:
            let goAway: GoAway = try message(payload, codec)
            isGoingAway = true
            return .goAway(lastStream: goAway.lastStream)
        case .ping, .pong:
            guard payload.count == 8 else { throw .wrongSize }
            if header.type == .ping { output += FrameHeader.frame(.pong, payload: Array(payload)) }
            return nil
        }
    }

    private var isClosed: Bool { if case .closed = state { true } else { false } }

    private mutating func receiveHelloOK(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer, _ codec: MessageCodec
    ) throws(ProtocolViolation) -> Event {
        guard header.type == .helloOK, header.stream == 0 else { throw .unexpectedFrame }
        let hello: ServerHello = try message(payload, codec)
        guard hello.limits.maxFrame > 0, hello.limits.maxStreams > 0 else { throw .malformedMessage }
        limits = hello.limits
        limits.maxFrame = min(limits.maxFrame, UInt32(FrameHeader.lengthLimit - 1))
        state = .open
        return .helloOK(hello)
    }

    private mutating func receiveStreamFrame(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer
    ) throws(ProtocolViolation) -> Event? {
        let id = header.stream
        guard var stream = streams.removeValue(forKey: id) else { throw .wrongStream }
        if header.type == .data {
            stream.window -= Int64(payload.count)
            if stream.window < 0 { throw .creditOverflow }
        }
        if stream.isCancelled {
            if header.type != .end || header.more { streams[id] = stream }
            if header.type == .data { taken(id, bytes: payload.count) }
            return nil
        }
        if let partial = stream.partialType, partial != header.type {
            // END alone may interrupt a message, and only DATA.
            guard header.type == .end, partial == .data else { throw .unexpectedFrame }
            stream.partial = []
            stream.partialType = nil
        }
        if header.type == .head {
            streams[id] = stream
            return .head(stream: id, payload: Array(payload))
        }
        guard stream.partial.count + payload.count <= Int(limits.maxMessage) else { throw .frameTooLarge }
        stream.partial.append(contentsOf: payload)
        if header.more {
            stream.partialType = header.type
            unblock(id, &stream)
            streams[id] = stream
            return nil
        }
        if header.type == .end { return .end(stream: id, payload: stream.partial) }
        let whole = stream.partial
        stream.partial = []
        stream.partialType = nil
        streams[id] = stream
        return .data(stream: id, payload: whole)
    }

    private func message<M: WireMessage>(
        _ payload: UnsafeRawBufferPointer, _ codec: MessageCodec
    ) throws(ProtocolViolation) -> M {
        do throws(MessageError) { return try M.decode(payload, with: codec) } catch { throw .malformedMessage }
    }
}
