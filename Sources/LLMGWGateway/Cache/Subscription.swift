import LLMGWCore
import LLMGWUpstream

/// A request as the cache sees it: who waits, and how to ask upstream on its behalf.
@GatewayLoop
struct CacheCaller {
    let execution: Execution
    let trace: TraceRecorder
    /// Nil where the answer is wanted in one piece.
    let sink: (any ChunkSink)?
    let onHead: @GatewayLoop (ReplyHead) -> Void
    let ask: UpstreamAsk
    var hasSubstitute = false
}

/// One request's wait for a shared call, with a deadline, a pace and a cancelling of its own.
@GatewayLoop
final class Subscription {
    enum Event {
        /// It can take more.
        case resumed
        /// It was cancelled, or its time ran out.
        case left(GatewayError)
    }

    let caller: CacheCaller
    /// What came, where the answer is wanted in one piece and comes as a stream.
    private(set) var pieces: [[UInt8]] = []
    private(set) var hasDelivered = false
    /// What the cache is to this request.
    var state: CacheState?
    private let scheduler: any LoopScheduler
    private var timer: (any ScheduledAction)?
    private var outcome: InferenceOutcome?
    private var continuation: CheckedContinuation<InferenceOutcome, Never>?

    init(_ caller: CacheCaller, scheduler: any LoopScheduler) {
        self.caller = caller
        self.scheduler = scheduler
    }

    func follow(_ onEvent: @escaping @GatewayLoop (Event) -> Void) {
        let execution = caller.execution
        execution.interrupt = { onEvent(.left($0)) }
        timer = scheduler.schedule(at: execution.deadline) {
            onEvent(.left(.deadline(notProcessed: execution.attempts == 0)))
        }
        caller.sink?.onResume = { onEvent(.resumed) }
    }

    func tell(_ head: ReplyHead) {
        var head = head
        head.requestID = caller.execution.requestID.description
        head.cache = state
        caller.onHead(head)
    }

    /// True if it can take no more until it says so.
    func take(_ piece: [UInt8]) -> Bool {
        guard let sink = caller.sink else {
            pieces.append(piece)
            return false
        }
        hasDelivered = true
        return sink.send(encoded: piece)
    }

    /// The first outcome counts.
    func settle(_ result: InferenceOutcome) {
        guard outcome == nil else { return }
        outcome = result
        timer?.cancel()
        caller.execution.interrupt = nil
        caller.sink?.onResume = nil
        continuation?.resume(returning: result)
        continuation = nil
    }

    func wait() async -> InferenceOutcome {
        if let outcome { return outcome }
        return await withCheckedContinuation { continuation = $0 }
    }
}
