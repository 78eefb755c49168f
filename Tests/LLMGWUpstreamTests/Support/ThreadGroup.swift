import Glibc
import Synchronization

/// Threads, and waiting for all of them.
final class ThreadGroup: Sendable {
    private let threads = Mutex<[pthread_t]>([])

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    func start(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        precondition(code == 0, "no thread")
        threads.withLock { $0.append(thread) }
    }

    /// Also for threads that are started meanwhile by these.
    func wait() {
        while let thread = threads.withLock({ $0.popLast() }) { pthread_join(thread, nil) }
    }
}
