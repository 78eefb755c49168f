import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// One attempt at an upstream, as `async` code sees it: it runs until the answer is complete, the attempt has failed, or the work was
/// cancelled. Chunks go straight to the sink, without a hop.
@GatewayLoop
final class UpstreamAttempt: UpstreamReceiver {
    private let execution: Execution
    private let sink: (any ChunkSink)?
    /// Nil for what is asked outside of all limits.
    private let place: QuotaPlace?
    /// How much of the answer has come.
    private(set) var received = TokenSize()
    private var exchange: UpstreamExchange?
    /// The caller has a piece of the answer: another attempt would not continue it.
    private(set) var hasDelivered = false
    private var continuation: CheckedContinuation<Result<UpstreamAnswer, GatewayError>, Never>?

    init(_ execution: Execution, sink: (any ChunkSink)?, place: QuotaPlace? = nil) {
        self.execution = execution
        self.place = place
        self.sink = sink
    }

    func run(
        _ operation: UpstreamOperation, client: UpstreamClient, provider: ProviderSettings, upstreamModel: String
    ) async -> Result<UpstreamAnswer, GatewayError> {
        if let cancellation = execution.cancellation { return .failure(cancellation) }
        execution.phase = .connecting
        let exchange: UpstreamExchange
        do throws(GatewayError) {
            exchange = try client.start(
                operation, provider: provider, upstreamModel: upstreamModel, deadline: execution.transferDeadline,
                receiver: self)
        } catch {
            return .failure(error)
        }
        self.exchange = exchange
        execution.attempts += 1
        let result = await withCheckedContinuation { continuation in
            self.continuation = continuation
            execution.interrupt = { [weak self] error in
                self?.exchange?.cancel()
                self?.finish(.failure(error))
            }
            sink?.onResume = { [weak self] in self?.exchange?.resume() }
        }
        execution.interrupt = nil
        sink?.onResume = nil
        return result
    }

    private func finish(_ result: Result<UpstreamAnswer, GatewayError>) {
        let waiting = continuation
        continuation = nil
        waiting?.resume(returning: result)
    }

    func upstreamConnected() {
        execution.phase = .waitingForFirstToken
        place?.dispatched()
    }

    func upstreamAnswered(_ head: HTTPHead) { place?.answered(head) }

    func upstreamReceived(_ chunk: ChatChunk) {
        received.add(chunk.text)
        received.add(chunk.reasoning)
        received.add(chunk.refusal)
        for call in chunk.toolCalls { received.add(call.arguments) }
        execution.phase = .streaming
        hasDelivered = hasDelivered || sink != nil
        if sink?.send(chunk) == true { exchange?.pause() }
    }

    func upstreamReceived(_ chunk: CompleteChunk) {
        received.add(chunk.text)
        execution.phase = .streaming
        hasDelivered = hasDelivered || sink != nil
        if sink?.send(chunk) == true { exchange?.pause() }
    }

    func upstreamFinished(_ result: Result<UpstreamAnswer, GatewayError>) {
        execution.phase = .finishing
        finish(result)
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
