public import LLMGWCore

/// The daemon's side of one connection, from its first byte. States: preface → hello → open → closed (terminal, after a
/// violation). Streams are in `ServerStreamTable`.
///
/// Wrong input: bytes after a violation are our bug (precondition); what the client must not do throws a
/// `ProtocolViolation`, after which the driver sends ERROR and closes; frames for streams that ended meanwhile are a race and do nothing.
public struct ServerConnectionStateMachine: Sendable {
    /// A HELLO is small; nothing else may come before it.
    private static let helloLimit = 1024

    private enum State {
        case preface([UInt8])
        case hello
        case open
        case closed
    }

    /// What the driver has to do.
    public enum Action: Sendable, Equatable {
        /// HELLO came, with this payload: answer HELLO_OK.
        case hello(payload: [UInt8])
        /// The last byte of a request came. `credit` is what may be sent at once: CREDIT may have come before it.
        case request(stream: UInt32, method: UInt16, body: [UInt8], credit: Int)
        /// Answer END with this error; the stream is over.
        case refuse(stream: UInt32, GatewayError)
        /// The client gives up; END is still owed.
        case cancel(stream: UInt32)
        case credit(stream: UInt32, bytes: Int)
        /// Answer with PONG.
        case pong(payload: [UInt8])
    }

    private var state = State.preface([])
    private var decoder: FrameDecoder
    private let limits: ConnectionLimits
    private var streams: ServerStreamTable
    /// Whole frames that came. Ancillary ones are not looked at.
    public private(set) var received = FrameCounts()

    public init(limits: ConnectionLimits) {
        self.limits = limits
        self.decoder = FrameDecoder(
            maxFrame: Int(limits.maxFrame), firstFrameLimit: Self.helloLimit, oversizedRequest: .skip)
        self.streams = ServerStreamTable(limits: limits)
    }

    /// Streams for which END is owed.
    public var openStreams: Int { streams.openCount }

    /// False until HELLO has come.
    public var isOpen: Bool { if case .open = state { true } else { false } }

    /// Takes the next bytes from the client.
    public mutating func receive(
        _ bytes: UnsafeRawBufferPointer, _ perform: (Action) throws(ProtocolViolation) -> Void
    ) throws(ProtocolViolation) {
        do {
            var rest = bytes
            switch state {
            case .preface(var begin):
                let missing = min(Preface.size - begin.count, rest.count)
                begin.append(contentsOf: rest[..<missing])
                rest = UnsafeRawBufferPointer(rebasing: rest[missing...])
                try Preface.check(begin)
                state = begin.count == Preface.size ? .hello : .preface(begin)
            case .hello, .open:
                break
            case .closed:
                preconditionFailure("bytes were given to a closed connection")
            }
            try decode(rest, perform)
        } catch {
            state = .closed
            throw error
        }
    }

    private mutating func decode(
        _ bytes: UnsafeRawBufferPointer, _ perform: (Action) throws(ProtocolViolation) -> Void
    ) throws(ProtocolViolation) {
        guard !bytes.isEmpty else { return }
        // The decoder is taken out of this value, so that its handler may change the rest of it.
        var decoder = FrameDecoder(maxFrame: 0)
        swap(&decoder, &self.decoder)
        try decoder.decode(bytes) { kind, header, payload throws(ProtocolViolation) in
            if let action = try self.receive(kind, header, payload) { try perform(action) }
        }
        swap(&decoder, &self.decoder)
    }

    private mutating func receive(
        _ kind: FrameDecoder.Kind, _ header: FrameHeader, _ payload: UnsafeRawBufferPointer
    ) throws(ProtocolViolation) -> Action? {
        received.note(header.type, length: header.length)
        guard isOpen else { return try receiveHello(header, payload) }
        switch header.type {
        case .request:
            let action = try streams.request(header, payload, oversized: kind == .skipped)
            return outcome(action, header.stream)
        case .cancel:
            guard header.length == 0 else { throw .wrongSize }
            return outcome(try streams.cancel(header.stream), header.stream)
        case .credit:
            guard payload.count == 4 else { throw .wrongSize }
            let amount = UInt32(bigEndian: payload.loadUnaligned(as: UInt32.self))
            guard amount > 0 else { throw .wrongSize }
            return outcome(try streams.credit(header.stream, amount), header.stream)
        case .ping, .pong:
            guard header.stream == 0 else { throw .wrongStream }
            guard header.length == 8 else { throw .wrongSize }
            return header.type == .ping ? .pong(payload: Array(payload)) : nil
        case .hello:
            throw .unexpectedFrame
        case .helloOK, .error, .head, .data, .end, .goAway:
            throw .wrongSide
        }
    }

    private mutating func receiveHello(
        _ header: FrameHeader, _ payload: UnsafeRawBufferPointer
    ) throws(ProtocolViolation) -> Action {
        guard header.type == .hello else { throw .unexpectedFrame }
        guard header.stream == 0 else { throw .wrongStream }
        state = .open
        return .hello(payload: Array(payload))
    }

    private func outcome(_ action: ServerStreamTable.Action, _ stream: UInt32) -> Action? {
        switch action {
        case .none: nil
        case .request(let method, let body, let credit):
            .request(stream: stream, method: method, body: body, credit: credit)
        case .refuse(let error): .refuse(stream: stream, error)
        case .cancel: .cancel(stream: stream)
        case .credit(let bytes): .credit(stream: stream, bytes: bytes)
        }
    }

    /// DATA of this size was written.
    public mutating func sentData(stream: UInt32, bytes: Int) { streams.spend(stream, bytes) }

    /// END was sent for this stream: nothing of it can matter any more.
    public mutating func ended(stream: UInt32) { streams.ended(stream) }

    /// Refuses new streams from now on. Returns what GOAWAY has to name as the last stream.
    public mutating func drain() -> UInt32 { streams.drain() }
}
