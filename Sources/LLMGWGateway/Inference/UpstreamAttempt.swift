import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// One attempt at an upstream: it runs until the answer is complete, the attempt has failed, or it is dropped. Chunks go straight to the
/// sink, without a hop.
@GatewayLoop
final class UpstreamAttempt: UpstreamReceiver {
    private let execution: Execution
    private let sink: (any ChunkSink)?
    /// Nil for what is asked outside of all limits.
    private let place: QuotaPlace?
    /// The work's phase is this attempt's.
    var showsPhase: Bool
    /// How much of the answer has come.
    private(set) var received = TokenSize()
    private var exchange: UpstreamExchange?
    /// Nil where it is no stream, or nobody's.
    private var pace: ChunkPace?
    /// An upstream was asked, or is about to be.
    var hasBegun: Bool { exchange != nil }
    /// The caller has a piece of the answer: another attempt would not continue it.
    private(set) var hasDelivered = false
    /// Called once the request is on its way.
    var onConnected: (@GatewayLoop () -> Void)?
    /// Called once, before the first piece of a streamed answer is passed on.
    var onContent: (@GatewayLoop () -> Void)?
    private var onEnd: (@GatewayLoop (Result<UpstreamAnswer, GatewayError>) -> Void)?

    init(
        _ execution: Execution, sink: (any ChunkSink)?, place: QuotaPlace? = nil, pace: ChunkPace? = nil,
        showsPhase: Bool = true
    ) {
        self.execution = execution
        self.place = place
        self.pace = pace
        self.sink = sink
        self.showsPhase = showsPhase
    }

    /// Asks. `onEnd` is called once, unless the attempt is dropped before; at once where the request cannot be sent.
    func begin(
        _ operation: UpstreamOperation, client: UpstreamClient, provider: ProviderSettings, upstreamModel: String,
        onEnd: @escaping @GatewayLoop (Result<UpstreamAnswer, GatewayError>) -> Void
    ) {
        enter(.connecting)
        do throws(GatewayError) {
            exchange = try client.start(
                operation, provider: provider, upstreamModel: upstreamModel, deadline: execution.transferDeadline,
                receiver: self)
        } catch {
            return onEnd(.failure(error))
        }
        execution.attempts += 1
        self.onEnd = onEnd
    }

    /// The attempt on its own, as `async` code sees it.
    func run(
        _ operation: UpstreamOperation, client: UpstreamClient, provider: ProviderSettings, upstreamModel: String
    ) async -> Result<UpstreamAnswer, GatewayError> {
        if let cancellation = execution.cancellation { return .failure(cancellation) }
        let result = await withCheckedContinuation { continuation in
            execution.interrupt = { [weak self] error in
                // Once it has ended, nobody waits for it any more.
                let onEnd = self?.onEnd
                self?.drop()
                onEnd?(.failure(error))
            }
            begin(operation, client: client, provider: provider, upstreamModel: upstreamModel) {
                continuation.resume(returning: $0)
            }
        }
        execution.interrupt = nil
        return result
    }

    func resume() { exchange?.resume() }

    /// Ends it; nothing more comes. True if nothing of the request has left the host.
    @discardableResult
    func drop() -> Bool {
        onEnd = nil
        return exchange?.cancel() ?? true
    }

    private func enter(_ phase: RequestSummary.Phase) {
        if showsPhase { execution.phase = phase }
    }

    func upstreamConnected() {
        enter(.waitingForFirstToken)
        place?.dispatched()
        onConnected?()
    }

    func upstreamAnswered(_ head: HTTPHead) { place?.answered(head) }

    func upstreamReceived(_ chunk: ChatChunk) {
        received.add(chunk.text)
        received.add(chunk.reasoning)
        received.add(chunk.refusal)
        for call in chunk.toolCalls { received.add(call.arguments) }
        noteContent()
        if sink?.send(chunk) == true { exchange?.pause() }
    }

    func upstreamReceived(_ chunk: CompleteChunk) {
        received.add(chunk.text)
        noteContent()
        if sink?.send(chunk) == true { exchange?.pause() }
    }

    private func noteContent() {
        pace?.noteChunk()
        if let onContent {
            self.onContent = nil
            onContent()
        }
        enter(.streaming)
        hasDelivered = hasDelivered || sink != nil
    }

    func upstreamFinished(_ result: Result<UpstreamAnswer, GatewayError>) {
        enter(.finishing)
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(result)
    }
}

/// Where the chunks of a streamed answer go.
@GatewayLoop
protocol ChunkSink: AnyObject {
    var onResume: (@GatewayLoop () -> Void)? { get set }

    /// True if the sender should pause until `onResume`.
    func send(_ chunk: ChatChunk) -> Bool
    func send(_ chunk: CompleteChunk) -> Bool
    /// The same with a chunk that is serialised already.
    func send(encoded chunk: [UInt8]) -> Bool
}

extension Call: ChunkSink {
    func send(_ chunk: ChatChunk) -> Bool { sendMessage(chunk) }
    func send(_ chunk: CompleteChunk) -> Bool { sendMessage(chunk) }
}
