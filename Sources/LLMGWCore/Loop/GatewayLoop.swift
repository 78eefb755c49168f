import Dispatch
import Synchronization

/// The one thread that owns the hot state: connections, streams, queues, transfers in flight.
///
/// `@GatewayLoop` on a type or function makes the compiler prove what would otherwise be a rule in a document: that this
/// state is touched on the loop only, so that it needs no locks. The daemon lets the actor run on its NIO event loop, so
/// that `async` code and channel handlers are the same thread; without that (in unit tests) it has a queue of its own.
@globalActor
public actor GatewayLoop {
    public static let shared = GatewayLoop()

    public typealias Executor = SerialExecutor & TaskExecutor

    private static let adopted = Mutex<(any Executor)?>(nil)
    private let executor: any Executor

    private init() {
        self.executor = Self.adopted.withLock { $0 } ?? QueueExecutor()
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes this executor the loop. To be called once, before anything runs on the loop; it must live as long as the process.
    public static func adopt(_ executor: any Executor) {
        adopted.withLock { $0 = executor }
        precondition(shared.executor === executor, "the gateway loop was used before its executor was adopted")
    }

    /// Starts work on the loop that may wait.
    ///
    /// Prefers the loop's executor: a plain task that a continuation wakes is resumed on the thread pool first, which would hand it over to the
    /// loop at the cost of two thread switches for every wait.
    @discardableResult
    public static func start<Value: Sendable>(
        _ operation: @escaping @GatewayLoop () async -> Value
    ) -> Task<Value, Never> {
        Task(executorPreference: shared.executor, operation: operation)
    }

    /// Runs `operation` at once, for callers that are on the loop without the compiler knowing it, such as channel
    /// handlers. Stops the process anywhere else.
    public static func assumeIsolated<T: Sendable>(_ operation: @GatewayLoop () throws -> T) rethrows -> T {
        shared.preconditionIsolated()
        // The isolation was just checked; the cast only drops it from the type, as MainActor.assumeIsolated does.
        return try withoutActuallyEscaping(operation) { operation in
            try unsafeBitCast(operation, to: (() throws -> T).self)()
        }
    }
}

/// Where the loop runs when nobody brought an executor.
private final class QueueExecutor: SerialExecutor, TaskExecutor {
    private let queue = DispatchQueue(label: "llmgw.loop")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }

    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
