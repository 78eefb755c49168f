/// What a connection still has to send, and whose turn it is. PROTOCOL.md, "Calls" (interleaving, credit).
///
/// Connection frames and HEAD go first. DATA and END of the streams take turns in slices; a stream without credit waits
/// without holding up others, and END needs none. The queue tells a stream's producer when to pause and when to go on.
///
/// Wrong input: queueing for a stream that was not opened, or after its END, is our bug (precondition). Credit for a stream that is gone
/// is a race and ignored.
public struct OutboundQueue: Sendable {
    /// A stream's turn is at most this many bytes long, so that a large reply does not hold up small ones.
    static let slice = 64 << 10
    /// A producer is asked to pause above the first and may go on below the second.
    static let highWater = 64 << 10
    static let lowWater = 16 << 10

    private struct Message {
        let type: FrameType
        let payload: [UInt8]
        var sent = 0
    }

    private struct Stream {
        var messages = FIFO<Message>()
        var queued = 0
        var credit: Int
        var isPaused = false
        var isReady = false
        var hasEnd = false
    }

    private let maxFrame: Int
    private var control = FIFO<[UInt8]>()
    private var streams: [UInt32: Stream] = [:]
    private var turns = FIFO<UInt32>()
    /// Bytes of payload that wait, control frames included.
    public private(set) var queuedBytes = 0
    /// Bytes of control frames alone: what a client makes us queue by asking without reading.
    public private(set) var controlBytes = 0

    public init(maxFrame: Int) {
        self.maxFrame = min(maxFrame, Self.slice)
    }

    /// Streams whose END has not been sent.
    public var openStreams: Int { streams.count }

    /// True if something could be sent now.
    public var isSendable: Bool { !control.isEmpty || !turns.isEmpty }

    /// `credit` is how many bytes of DATA may be sent before the client allows more.
    public mutating func open(_ stream: UInt32, credit: Int) {
        precondition(streams[stream] == nil, "a stream is opened once")
        streams[stream] = Stream(credit: credit)
    }

    /// Queues a complete frame of the connection, or a HEAD. HEAD must not follow DATA of its stream.
    public mutating func enqueueControl(_ frame: [UInt8]) {
        control.append(frame)
        controlBytes += frame.count
        queuedBytes += frame.count
    }

    /// Queues the connection's last frame: what the streams still had to send is dropped, and nothing may be queued for them any more.
    public mutating func enqueueLast(_ frame: [UInt8]) {
        streams = [:]
        turns = FIFO()
        queuedBytes = controlBytes
        enqueueControl(frame)
    }

    /// Queues a message of a stream's reply. True if its producer should pause.
    public mutating func enqueueData(_ stream: UInt32, _ payload: [UInt8]) -> Bool {
        append(Message(type: .data, payload: payload), to: stream)
        guard let state = streams[stream], !state.isPaused, state.queued > Self.highWater else { return false }
        streams[stream]?.isPaused = true
        return true
    }

    /// Queues a stream's last word.
    public mutating func enqueueEnd(_ stream: UInt32, _ payload: [UInt8]) {
        append(Message(type: .end, payload: payload), to: stream)
        streams[stream]?.hasEnd = true
    }

    /// Drops the DATA that waits in a stream that ends early, so that END does not wait for credit.
    public mutating func dropData(_ stream: UInt32) {
        guard var state = streams[stream] else { return }
        state.messages.removeAll { $0.type != .end }
        let left = state.messages.reduce(0) { $0 + $1.payload.count - $1.sent }
        queuedBytes -= state.queued - left
        state.queued = left
        state.isPaused = false
        streams[stream] = state
        schedule(stream)
    }

    /// The client allows this many more bytes.
    public mutating func credit(_ stream: UInt32, _ bytes: Int) {
        guard streams[stream] != nil else { return }
        streams[stream]?.credit += bytes
        schedule(stream)
    }

    private mutating func append(_ message: Message, to stream: UInt32) {
        precondition(streams[stream]?.hasEnd == false, "nothing follows END")
        streams[stream]?.messages.append(message)
        streams[stream]?.queued += message.payload.count
        queuedBytes += message.payload.count
        schedule(stream)
    }

    /// Gives the stream a turn if it could use one.
    private mutating func schedule(_ stream: UInt32) {
        guard let state = streams[stream], !state.isReady, let message = state.messages.first,
            Self.canSend(message, state.credit)
        else { return }
        streams[stream]?.isReady = true
        turns.append(stream)
    }

    private static func canSend(_ message: Message, _ credit: Int) -> Bool {
        message.type == .end || message.payload.count == message.sent || credit > 0
    }

    /// What `dequeue` tells about the stream it sent from.
    public enum Progress: Sendable, Equatable {
        case control
        /// DATA was sent; `resume` if its producer may go on.
        case data(stream: UInt32, bytes: Int, resume: Bool)
        /// The last frame of this stream; it is forgotten.
        case end(stream: UInt32)
        /// A part of END.
        case partOfEnd
    }

    /// Takes out the next frame: `write` gets its header (nil for a control frame, which is complete) and its payload. Nil if nothing can be
    /// sent now.
    public mutating func dequeue(_ write: (FrameHeader?, ArraySlice<UInt8>) -> Void) -> Progress? {
        if let frame = control.popFirst() {
            controlBytes -= frame.count
            queuedBytes -= frame.count
            write(nil, frame[...])
            return .control
        }
        while let stream = turns.popFirst() {
            guard streams[stream] != nil else { continue }
            streams[stream]?.isReady = false
            if let progress = sendSlice(of: stream, write) {
                schedule(stream)
                return progress
            }
        }
        return nil
    }

    private mutating func sendSlice(of id: UInt32, _ write: (FrameHeader?, ArraySlice<UInt8>) -> Void) -> Progress? {
        guard var stream = streams.removeValue(forKey: id) else { return nil }
        guard var message = stream.messages.first, Self.canSend(message, stream.credit) else {
            streams[id] = stream
            return nil
        }
        let left = message.payload.count - message.sent
        let size = min(left, maxFrame, message.type == .end ? left : stream.credit)
        let slice = message.payload[message.sent..<(message.sent + size)]
        let header = FrameHeader(message.type, stream: id, length: size, more: size < left)
        write(header, slice)
        message.sent += size
        stream.queued -= size
        queuedBytes -= size
        if size < left {
            stream.messages.first = message
        } else {
            _ = stream.messages.popFirst()
        }
        if message.type == .end {
            if size == left { return .end(stream: id) }
            streams[id] = stream
            return .partOfEnd
        }
        stream.credit -= size
        let resume = stream.isPaused && stream.queued <= Self.lowWater
        if resume { stream.isPaused = false }
        streams[id] = stream
        return .data(stream: id, bytes: size, resume: resume)
    }
}
