import LLMGWCore

/// Sends a stored stream again, message by message, as fast as the reader takes them.
///
/// It ends by the last message, by the caller's cancelling, or by its deadline, whatever comes first.
@GatewayLoop
final class Replay {
    private let pieces: [[UInt8]]
    private let sink: any ChunkSink
    private let execution: Execution
    private let scheduler: any LoopScheduler
    private let onEnd: @GatewayLoop (GatewayError?) -> Void
    private var next = 0
    private var timer: (any ScheduledAction)?

    init(
        _ pieces: [[UInt8]], to sink: any ChunkSink, _ execution: Execution, scheduler: any LoopScheduler,
        onEnd: @escaping @GatewayLoop (GatewayError?) -> Void
    ) {
        self.pieces = pieces
        self.sink = sink
        self.execution = execution
        self.scheduler = scheduler
        self.onEnd = onEnd
    }

    /// A reader that takes everything at once has it when this returns.
    func start() {
        execution.phase = .streaming
        send()
        guard next < pieces.count else { return }
        execution.interrupt = { self.end($0) }
        timer = scheduler.schedule(at: execution.deadline) { self.end(.deadline(notProcessed: true)) }
    }

    private func send() {
        while next < pieces.count {
            next += 1
            guard sink.send(encoded: pieces[next - 1]), next < pieces.count else { continue }
            sink.onResume = { self.send() }
            return
        }
        end(nil)
    }

    private func end(_ error: GatewayError?) {
        next = pieces.count
        timer?.cancel()
        sink.onResume = nil
        execution.interrupt = nil
        onEnd(error)
    }
}
