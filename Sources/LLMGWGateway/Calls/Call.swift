import LLMGWCore
import LLMGWWire

/// One client's request, from its last byte to its END.
@GatewayLoop
final class Call {
    let method: Method
    let body: [UInt8]
    let options: CallOptions
    let execution: Execution
    let peer: PeerIdentity
    let clientName: String
    var model = ""
    var provider = ""
    var isStream: Bool {
        get { execution.isStream }
        set { execution.isStream = newValue }
    }
    private(set) var bytesSent: UInt64 = 0
    /// How it ended, where it did not end well.
    private(set) var failure: GatewayError?
    /// An administrator named something that is not there; that is no failure of the call.
    var foundNothing = false
    /// Where its answer is, or would be, in the cache; nil where it can have none.
    var cacheAddress: CacheAddress?
    /// Called when a producer that was told to pause may go on.
    var onResume: (@GatewayLoop () -> Void)?

    private let stream: UInt32
    private weak var connection: ClientConnection?
    let codec: MessageCodec
    private let onEnd: @GatewayLoop (Call) -> Void
    private var hasEnded = false

    init(
        method: Method, envelope: CallEnvelope, execution: Execution, connection: ClientConnection, stream: UInt32,
        codec: MessageCodec, onEnd: @escaping @GatewayLoop (Call) -> Void
    ) {
        self.method = method
        self.body = envelope.body
        self.options = envelope.options
        self.execution = execution
        self.peer = connection.peer
        self.clientName = connection.hello.clientName
        self.connection = connection
        self.stream = stream
        self.codec = codec
        self.onEnd = onEnd
    }

    /// The method's own message.
    func request<Message: WireMessage>(_ type: Message.Type = Message.self) throws(GatewayError) -> Message {
        do throws(MessageError) {
            return try Message.decode(body, with: codec)
        } catch {
            throw GatewayError(.malformedMessage, "\(method.operation)Request: \(error)")
        }
    }

    func sendHead(_ head: ReplyHead) {
        guard !hasEnded else { return }
        connection?.sendHead(stream, head)
    }

    /// True if the producer should pause until `onResume`.
    func sendMessage(_ message: some WireMessage) -> Bool {
        guard !hasEnded, let connection else { return false }
        return connection.sendData(stream, message.encode(with: codec))
    }

    /// The same with a message that is serialised already.
    func send(encoded message: [UInt8]) -> Bool {
        guard !hasEnded, let connection else { return false }
        return connection.sendData(stream, message)
    }

    func finish(_ reply: some WireMessage) { finish(encoded: reply.encode(with: codec)) }

    func finish(encoded reply: [UInt8]) { end(EndEnvelope(reply: reply), discardingData: false) }

    func finish(_ failure: GatewayError) {
        var error = failure
        error.operation = method.operation
        error.requestID = execution.requestID.description
        error.attempts = execution.attempts
        if error.model == nil, !model.isEmpty { error.model = model }
        if error.provider == nil, !provider.isEmpty { error.provider = provider }
        // Who gave up, or ran out of time, is told at once; what was still queued is not worth waiting for.
        let abrupt = [.cancelled, .cancelledByOperator, .deadlineExceeded, .draining].contains(error.reason)
        self.failure = error
        end(EndEnvelope(error: error), discardingData: abrupt)
    }

    private func end(_ envelope: EndEnvelope, discardingData: Bool) {
        guard !hasEnded else { return }
        hasEnded = true
        onResume = nil
        connection?.finish(stream, envelope, discardingData: discardingData)
        onEnd(self)
    }

    func cancel(_ error: GatewayError) { execution.cancel(error) }

    func noteSent(_ bytes: Int) { bytesSent += UInt64(bytes) }

    func resume() { onResume?() }

    func summary(now: MonotonicInstant) -> RequestSummary {
        RequestSummary(
            requestID: execution.requestID.description, operation: method.operation, model: model, provider: provider,
            phase: execution.phase, age: now - execution.started,
            remaining: max(.zero, execution.deadline - now), uid: peer.uid,
            pid: UInt32(clamping: peer.pid), clientName: clientName, labels: options.labels, stream: isStream,
            bytesSent: bytesSent)
    }
}
