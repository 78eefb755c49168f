internal import LLMGWCore
internal import LLMGWWire
internal import NIOCore
internal import NIOPosix

/// One connection to the daemon and the calls on it. Runs on the event loop of its channel, so that its state needs no lock.
///
/// States: opening (until HELLO_OK), open, and failed (terminal). Calls beyond the daemon's limit of streams wait for their turn.
actor ClientConnection {
    typealias CallID = UInt64

    private static let openTimeout = TimeAmount.seconds(5)

    private let loop: any EventLoop
    private let executor: any SerialExecutor
    private let codec = MessageCodec()
    private var machine: ClientConnectionStateMachine
    private var channel: (any Channel)?
    private var opening: CheckedContinuation<Void, Never>?
    private var failure: GatewayError?
    private var calls: [CallID: PendingCall] = [:]
    private var callOfStream: [UInt32: CallID] = [:]
    private var waiting = CircularBuffer<(call: CallID, method: Method, request: [UInt8])>()
    private var lastCall: CallID = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// `executor` must be the loop's own.
    init(loop: any EventLoop, executor: any SerialExecutor, clientName: String) {
        self.loop = loop
        self.executor = executor
        let hello = ClientHello(clientName: clientName, clientVersion: Version.current)
        machine = ClientConnectionStateMachine(hello: hello, codec: MessageCodec())
    }

    /// Takes new calls.
    var isUsable: Bool { failure == nil && !machine.isGoingAway }

    // Opening and closing

    /// Connects and shakes hands. Every error means that nothing was processed.
    func open(path: String, tried: [String]) async throws(GatewayError) {
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(Self.openTimeout).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ConnectionChannelHandler(self))
            }
        }
        do {
            channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
        } catch {
            let places = tried.joined(separator: ", ")
            throw notProcessed(.localConnectFailed, "no connection to the daemon (\(places)): \(Self.words(error))")
        }
        let timer = loop.scheduleTask(in: Self.openTimeout) {
            self.assumeIsolated {
                $0.fail($0.notProcessed(.localConnectFailed, "the daemon did not answer HELLO"))
            }
        }
        flush()
        if !machine.isOpen, failure == nil {
            await withCheckedContinuation { opening = $0 }
        }
        timer.cancel()
        if var failure {
            channel?.close(promise: nil)
            failure.notProcessed = true
            if failure.retry == .ambiguous { failure.retry = .safe }
            throw failure
        }
    }

    private static func words(_ error: any Error) -> String {
        if case SocketAddressError.unixDomainSocketPathTooLong = error {
            return "the path is too long for a socket; it has at most 107 bytes"
        }
        guard let error = error as? IOError else { return "\(error)" }
        return switch error.errnoCode {
        case ENOENT: "there is no such socket"
        case ECONNREFUSED: "nobody listens there"
        case EACCES, EPERM: "permission denied"
        default: error.description
        }
    }

    func close(_ reason: GatewayError) {
        fail(reason)
    }

    /// The connection ended without being asked to.
    func lost(_ why: String) {
        fail(GatewayError(.localConnectionLost, why))
    }

    private func fail(_ error: GatewayError) {
        guard failure == nil else { return }
        failure = error
        channel?.close(promise: nil)
        opening?.resume()
        opening = nil
        for (call, state) in calls {
            // What never got a stream was never written.
            end(call, .failure(state.stream == nil ? notProcessed(.localConnectionLost, error.message) : error))
        }
    }

    private func notProcessed(_ reason: ErrorReason, _ message: String) -> GatewayError {
        var error = GatewayError(reason, message)
        error.notProcessed = true
        error.retry = .safe
        return error
    }

    // Calls

    /// Begins a call, or puts it in the queue for a stream. What goes wrong shows when its events are read.
    func begin(_ method: Method, _ request: [UInt8], deadline: NIODeadline?) -> CallID {
        lastCall += 1
        let call = lastCall
        calls[call] = PendingCall()
        if let failure {
            end(call, .failure(notProcessed(.localConnectionLost, failure.message)))
            return call
        }
        if let deadline {
            calls[call]?.timer = loop.scheduleTask(deadline: deadline) {
                self.assumeIsolated {
                    $0.giveUp(call, GatewayError(.localTimeout, "the daemon did not answer in time"))
                }
            }
        }
        waiting.append((call, method, request))
        startWaitingCalls()
        return call
    }

    private func startWaitingCalls() {
        if machine.isGoingAway {
            for next in waiting {
                end(next.call, .failure(notProcessed(.localConnectionLost, "the daemon closes the connection")))
            }
            waiting.removeAll()
        }
        while machine.hasRoom, let next = waiting.popFirst() {
            guard calls[next.call]?.hasEnded == false else { continue }
            guard next.request.count <= Int(machine.limits.maxMessage) else {
                let words = "the request has \(next.request.count) bytes, the daemon takes \(machine.limits.maxMessage)"
                end(next.call, .failure(GatewayError(.messageTooLarge, words)))
                continue
            }
            let stream = machine.open(method: next.method.rawValue, request: next.request)
            calls[next.call]?.stream = stream
            callOfStream[stream] = next.call
            flush { connection, error in
                // A request that was not written whole is never processed.
                let failure = connection.notProcessed(.localConnectionLost, "writing to the daemon failed: \(error)")
                connection.end(next.call, .failure(failure))
            }
        }
    }

    func head(of call: CallID) -> ReplyHead { calls[call]?.head ?? ReplyHead() }

    /// Waits for the call's next event. Cancelling the task gives the call up.
    func next(of call: CallID) async throws(GatewayError) -> CallEvent {
        guard let event = calls[call]?.take() else {
            guard calls[call] != nil else { throw GatewayError(.cancelled, "the call was given up") }
            let outcome = await withTaskCancellationHandler {
                await withCheckedContinuation { calls[call]?.wait($0) }
            } onCancel: {
                abandon(call)
            }
            return try consumed(outcome, call)
        }
        return try consumed(event, call)
    }

    private func consumed(_ outcome: PendingCall.Outcome, _ call: CallID) throws(GatewayError) -> CallEvent {
        switch outcome {
        case .success(.chunk(let bytes)):
            if let stream = calls[call]?.stream {
                machine.taken(stream, bytes: bytes.count)
                flush()
            }
        case .success(.end):
            break  // What is known of the call can be asked for until it is released.
        case .failure:
            calls[call] = nil
        }
        return try outcome.get()
    }

    /// Gives the call up, if it still runs, and forgets it. From any thread.
    nonisolated func abandon(_ call: CallID) {
        loop.execute {
            self.assumeIsolated {
                $0.giveUp(call, GatewayError(.cancelled, "the caller gave the call up"))
                $0.calls[call] = nil
            }
        }
    }

    private func giveUp(_ call: CallID, _ error: GatewayError) {
        guard let state = calls[call], !state.hasEnded else { return }
        end(call, .failure(error))
        if let stream = state.stream {
            machine.cancel(stream)
            flush()
        } else {
            waiting.removeAll { $0.call == call }
        }
    }

    private func end(_ call: CallID, _ outcome: PendingCall.Outcome) {
        if let stream = calls[call]?.stream { callOfStream[stream] = nil }
        calls[call]?.end(outcome)
    }

    // Bytes

    func receive(_ buffer: ByteBuffer) {
        var events: [ClientConnectionStateMachine.Event] = []
        var violation: ProtocolViolation?
        buffer.withUnsafeReadableBytes { bytes in
            do throws(ProtocolViolation) {
                try machine.receive(bytes, with: codec) { events.append($0) }
            } catch {
                violation = error
            }
        }
        // What came before a violation counts.
        for event in events { handle(event) }
        if let violation {
            fail(GatewayError(.localProtocolViolation, "the daemon broke the protocol: \(violation.explanation)"))
            return
        }
        startWaitingCalls()
        flush()
    }

    private func handle(_ event: ClientConnectionStateMachine.Event) {
        switch event {
        case .helloOK:
            opening?.resume()
            opening = nil
        case .refused(let refusal):
            fail(refusal.error)
        case .head(let stream, let payload):
            guard let call = callOfStream[stream] else { return }
            do throws(GatewayError) {
                calls[call]?.head.update(from: try decodeMessage(payload))
            } catch {
                giveUp(call, error)
            }
        case .data(let stream, let payload):
            guard let call = callOfStream[stream] else { return }
            calls[call]?.deliver(chunk: payload)
        case .end(let stream, let payload):
            guard let call = callOfStream[stream] else { return }
            end(call, .success(.end(payload)))
        case .goAway(let lastStream):
            for (stream, call) in callOfStream where stream > lastStream {
                end(call, .failure(notProcessed(.localConnectionLost, "the daemon did not process the request")))
            }
        }
    }

    /// What else goes wrong with writing ends the channel, and is told there.
    private func flush(
        onFailure: @escaping @Sendable (isolated ClientConnection, any Error) -> Void = { _, _ in }
    ) {
        let bytes = machine.takeOutput()
        guard !bytes.isEmpty, let channel else { return }
        channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenFailure { error in
            self.assumeIsolated { onFailure($0, error) }
        }
    }
}

extension ReplyHead {
    /// HEAD may come more than once; a later one says what is new.
    mutating func update(from newer: ReplyHead) {
        requestID = newer.requestID ?? requestID
        model = newer.model ?? model
        provider = newer.provider ?? provider
        cache = newer.cache ?? cache
        queuePosition = newer.queuePosition ?? queuePosition
        expectedWait = newer.expectedWait ?? expectedWait
        attempt = newer.attempt ?? attempt
    }
}
