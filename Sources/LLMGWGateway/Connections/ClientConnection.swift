import LLMGWCore
import LLMGWWire
import NIOCore

/// One client's connection: drives the state machines, owns the channel, and knows the calls that run on it.
@GatewayLoop
final class ClientConnection {
    /// What a client may make us queue by asking (PING, refused requests) without reading the answers.
    private static let controlLimit = 1 << 20
    /// Replies that wait for a client that does not read.
    private static let queueLimit = 128 << 20
    private static let writeSize = 64 << 10
    /// What NIO is told to report as one write: the client has to take this much within `server.write_timeout`.
    private static let progressSize = 16 << 10

    let peer: PeerIdentity
    /// Looked up once, where something depends on them.
    private(set) lazy var labels = PeerLabels(of: peer)
    private(set) var hello = ClientHello(clientName: "", clientVersion: "")
    private let channel: any Channel
    private let host: any ConnectionHost
    /// As they were when the connection began.
    private let limits: ConnectionLimits
    private var machine: ServerConnectionStateMachine
    private var outbound: OutboundQueue
    private var calls: [UInt32: Call] = [:]
    private var actions: [ServerConnectionStateMachine.Action] = []
    private var handshakeTimer: (any ScheduledAction)?
    private var farewellTimer: (any ScheduledAction)?
    private var flushIsScheduled = false
    /// What waits to be sent is to be sent soon, not at once.
    private var isPatient = false
    private var isClosed = false
    private var closesWhenSent = false
    private var isDraining = false
    /// Whether it takes one of its user's places; one that was refused does not.
    var isCounted = false

    /// For the sweep: when the client last sent anything, or a call ended.
    private(set) var lastActivity: MonotonicInstant
    /// For the sweep: since when written bytes wait to be taken; nil while none do.
    private(set) var stalledSince: MonotonicInstant?
    private var writesPending = 0
    private(set) var sentFrames = FrameCounts()
    var receivedFrames: FrameCounts { machine.received }

    init(peer: PeerIdentity, channel: any Channel, host: any ConnectionHost) {
        self.peer = peer
        self.channel = channel
        self.host = host
        self.limits = host.limits
        self.machine = ServerConnectionStateMachine(limits: limits)
        self.outbound = OutboundQueue(maxFrame: Int(limits.maxFrame))
        self.lastActivity = host.scheduler.now
        self.handshakeTimer = host.scheduler.schedule(at: host.scheduler.now + host.handshakeTimeout) { [weak self] in
            self?.fail(ConnectionError(GatewayError(.handshakeTimeout, "preface and HELLO did not come in time")))
        }
    }

    /// Whether there are streams for which no call runs: the client does not grant the credit that an answer needs, or does not finish a
    /// request.
    var isAbandoned: Bool { calls.isEmpty && machine.openStreams > 0 }

    var isIdle: Bool { calls.isEmpty && machine.openStreams == 0 && machine.isOpen }

    // MARK: From the client

    func receive(_ buffer: ByteBuffer) {
        guard !isClosed, !closesWhenSent else { return }
        lastActivity = host.scheduler.now
        // Actions are collected first: performing one may change the state machine again.
        var violation: ProtocolViolation?
        buffer.withUnsafeReadableBytes { bytes in
            do throws(ProtocolViolation) {
                try machine.receive(bytes) { action throws(ProtocolViolation) in actions.append(action) }
            } catch {
                violation = error
            }
        }
        var received: [ServerConnectionStateMachine.Action] = []
        swap(&received, &actions)
        for action in received where !isClosed && !closesWhenSent { perform(action) }
        received.removeAll(keepingCapacity: true)
        swap(&received, &actions)
        if let violation {
            reject(violation)
        } else if outbound.controlBytes > Self.controlLimit {
            reject(.tooManyUnreadAnswers)
        }
    }

    private func perform(_ action: ServerConnectionStateMachine.Action) {
        switch action {
        case .hello(let payload): accept(payload)
        case .request(let stream, let method, let body, let credit):
            outbound.open(stream, credit: credit)
            begin(stream, method, body)
        case .refuse(let stream, let error):
            // Before its turn, and within the bound of what is answered without being read: a client can be refused without limit.
            send(.end, EndEnvelope(error: error), on: stream)
        case .cancel(let stream):
            if let call = calls[stream] {
                call.cancel(GatewayError(.cancelled, "the client cancelled the request"))
            } else {
                // The call is done; its END waits behind data that nobody wants any more.
                outbound.dropData(stream)
                scheduleFlush()
            }
        case .credit(let stream, let bytes):
            outbound.credit(stream, bytes)
            scheduleFlush()
        case .pong(let payload):
            outbound.enqueueControl(FrameHeader.frame(.pong, payload: payload))
            scheduleFlush()
        }
    }

    private func accept(_ payload: [UInt8]) {
        do throws(MessageError) {
            hello = try ClientHello.decode(payload, with: host.codec)
        } catch {
            return reject(.malformedMessage)
        }
        handshakeTimer?.cancel()
        handshakeTimer = nil
        let answer = ServerHello(serverVersion: host.serverVersion, limits: limits)
        send(.helloOK, answer)
    }

    private func begin(_ stream: UInt32, _ method: UInt16, _ body: [UInt8]) {
        do throws(GatewayError) {
            let call = try host.makeCall(method: method, request: body, on: self, stream: stream)
            calls[stream] = call
            host.run(call)
        } catch {
            end(stream, EndEnvelope(error: error))
        }
    }

    // MARK: To the client

    func sendHead(_ stream: UInt32, _ head: ReplyHead) {
        guard calls[stream] != nil else { return }
        enqueue(.head, head, on: stream)
        guard !isPatient, !flushIsScheduled, !isClosed else { return }
        isPatient = true
        host.flushes.addPatient(self)
    }

    func endPatience() {
        isPatient = false
        pump()
    }

    private func send(_ type: FrameType, _ message: some WireMessage, on stream: UInt32 = 0) {
        enqueue(type, message, on: stream)
        scheduleFlush()
    }

    /// A frame that does not wait for its stream's turn.
    private func enqueue(_ type: FrameType, _ message: some WireMessage, on stream: UInt32) {
        outbound.enqueueControl(FrameHeader.frame(type, stream: stream, payload: message.encode(with: host.codec)))
    }

    /// True if the producer should pause until its call is told to resume.
    func sendData(_ stream: UInt32, _ payload: [UInt8]) -> Bool {
        guard calls[stream] != nil else { return false }
        let pause = outbound.enqueueData(stream, payload)
        if outbound.queuedBytes > Self.queueLimit { abort() }
        scheduleFlush()
        return pause
    }

    /// `discardingData` where the end must not wait for credit.
    func finish(_ stream: UInt32, _ envelope: EndEnvelope, discardingData: Bool) {
        guard calls.removeValue(forKey: stream) != nil, !isClosed else { return }
        if discardingData { outbound.dropData(stream) }
        end(stream, envelope)
    }

    private func end(_ stream: UInt32, _ envelope: EndEnvelope) {
        lastActivity = host.scheduler.now
        outbound.enqueueEnd(stream, envelope.encode(with: host.codec))
        if outbound.queuedBytes > Self.queueLimit { abort() }
        scheduleFlush()
    }

    /// No new calls on this connection. It is closed once those that run have ended and their answers are sent.
    func goAway(reason: String, grace: Duration) {
        guard !isClosed, !isDraining else { return }
        guard machine.isOpen else {
            var error = GatewayError(.draining, reason)
            error.notProcessed = true
            return fail(ConnectionError(error))
        }
        isDraining = true
        send(.goAway, GoAway(lastStream: machine.drain(), reason: reason, grace: grace))
    }

    private func reject(_ violation: ProtocolViolation) {
        host.note(violation)
        let major = UInt32(Version.protocolMajor)
        fail(
            ConnectionError(
                GatewayError(violation.reason, "\(violation.explanation) (\(violation.rawValue))"),
                majorVersions: violation == .otherVersion ? major...major : nil))
    }

    /// Tells the client why, and closes.
    func fail(_ error: ConnectionError) {
        guard !isClosed, !closesWhenSent else { return }
        cancelCalls()
        outbound.enqueueLast(FrameHeader.frame(.error, payload: error.encode(with: host.codec)))
        closesWhenSent = true
        scheduleFlush()
        // Who sends without reading must neither keep the loop busy nor the connection open.
        channel.setOption(ChannelOptions.autoRead, value: false).whenFailure { [weak self] _ in
            GatewayLoop.assumeIsolated { self?.abort() }
        }
        farewellTimer = host.scheduler.schedule(at: host.scheduler.now + host.writeTimeout) { [weak self] in
            self?.abort()
        }
    }

    /// Closes without a word: the client does not take what is sent.
    func abort() {
        guard !isClosed else { return }
        channel.close(promise: nil)
    }

    /// NIO says that the connection is gone.
    func closed() {
        guard !isClosed else { return }
        isClosed = true
        handshakeTimer?.cancel()
        farewellTimer?.cancel()
        cancelCalls()
        host.connectionClosed(self)
    }

    private func cancelCalls() {
        let running = calls.values
        for call in running { call.cancel(GatewayError(.cancelled, "the client closed the connection")) }
        calls.removeAll()
    }

    // MARK: Writing

    /// Gathers what one turn of the loop queues into as few writes as possible.
    private func scheduleFlush() {
        guard !flushIsScheduled, !isClosed else { return }
        flushIsScheduled = true
        host.flushes.add(self)
    }

    /// Hands to NIO what may be sent now.
    func pump() {
        flushIsScheduled = false
        guard !isClosed else { return }
        var wrote = false
        while outbound.isSendable, channel.isWritable {
            var buffer = channel.allocator.buffer(capacity: min(outbound.queuedBytes + 256, Self.writeSize * 2))
            while buffer.readableBytes < Self.writeSize, let progress = dequeue(into: &buffer) {
                noteProgress(progress)
            }
            guard buffer.readableBytes > 0 else { break }
            while buffer.readableBytes > 0,
                let part = buffer.readSlice(length: min(buffer.readableBytes, Self.progressSize))
            {
                write(part)
            }
            wrote = true
        }
        if wrote { channel.flush() }
        // A request of which parts are still to come was accepted too.
        if isDraining, machine.openStreams == 0 { closesWhenSent = true }
        if closesWhenSent, !outbound.isSendable, writesPending == 0 { channel.close(promise: nil) }
    }

    private func dequeue(into buffer: inout ByteBuffer) -> OutboundQueue.Progress? {
        outbound.dequeue { header, payload in
            sentFrames.note(header, payload)
            header?.write { buffer.writeInteger($0) }
            buffer.writeBytes(payload)
        }
    }

    private func noteProgress(_ progress: OutboundQueue.Progress) {
        switch progress {
        case .data(let stream, let bytes, let resume):
            machine.sentData(stream: stream, bytes: bytes)
            guard let call = calls[stream] else { return }
            call.noteSent(bytes)
            if resume { call.resume() }
        case .end(let stream):
            machine.ended(stream: stream)
        case .control, .partOfEnd:
            break
        }
    }

    private func write(_ buffer: ByteBuffer) {
        writesPending += 1
        if stalledSince == nil { stalledSince = host.scheduler.now }
        channel.write(buffer).whenComplete { [self] _ in
            GatewayLoop.assumeIsolated { written() }
        }
    }

    private func written() {
        writesPending -= 1
        stalledSince = writesPending > 0 ? host.scheduler.now : nil
        if closesWhenSent, !outbound.isSendable, writesPending == 0, !isClosed { channel.close(promise: nil) }
    }
}

/// What a connection needs from the gateway around it.
@GatewayLoop
protocol ConnectionHost: AnyObject {
    var scheduler: any LoopScheduler { get }
    var flushes: FlushList { get }
    var codec: MessageCodec { get }
    var limits: ConnectionLimits { get }
    var serverVersion: String { get }
    var handshakeTimeout: Duration { get }
    var writeTimeout: Duration { get }

    /// Throws if the request's envelope is not decodable, the method unknown, or the user has too many calls open.
    func makeCall(
        method: UInt16, request: [UInt8], on connection: ClientConnection, stream: UInt32
    ) throws(GatewayError) -> Call
    func run(_ call: Call)
    func connectionClosed(_ connection: ClientConnection)
    func note(_ violation: ProtocolViolation)
}
