import Glibc
import LLMGWCore
import LLMGWUpstream
import Synchronization

/// The gateway loop on the thread that calls `run`, so that a measurement has no switch of threads in it.
final class InlineLoop: SerialExecutor, TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isOver = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// There is one thread.
    func checkIsolated() {}

    /// Works until `stop`. Everything waits for something that is enqueued already.
    func run() {
        while true {
            let (jobs, isOver) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return (state.jobs, state.isOver)
            }
            if isOver { return }
            precondition(!jobs.isEmpty, "something waits for what never comes")
            for job in jobs {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
        }
    }

    func stop() { state.withLock { $0.isOver = true } }
}

/// The real clock, and timers that never fire: nothing that is measured takes that long.
final class ClockOnly: LoopScheduler {
    private struct Never: ScheduledAction {
        func cancel() {}
    }

    nonisolated init() {}

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: Self.nanoseconds) }

    nonisolated static var nanoseconds: UInt64 { clock_gettime_nsec() }

    func schedule(at: MonotonicInstant, _: @escaping @GatewayLoop () -> Void) -> any ScheduledAction { Never() }

    nonisolated func submit(_ action: @escaping @GatewayLoop () -> Void) { GatewayLoop.start { action() } }
}

private func clock_gettime_nsec() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// An upstream that answers every request with the same chat at the loop's next turn.
struct InstantUpstream: HTTPTransport {
    private static let answer = Array(
        #"{"id":"1","choices":[{"index":0,"message":{"content":"好的"},"finish_reason":"stop"}]}"#.utf8)

    func start(_ request: HTTPRequest, _ receive: @escaping @GatewayLoop ([HTTPEvent]) -> Void) -> TransferID {
        GatewayLoop.start {
            receive([.connected, .head(HTTPHead(status: 200, fields: [])), .body(Self.answer), .finished(nil)])
        }
        return TransferID(number: 1)
    }

    func pause(_ id: TransferID) {}
    func resume(_ id: TransferID) {}
    func cancel(_ id: TransferID) {}
}
