import LLMGWCore
public import NIOCore
public import NIOPosix

/// The daemon's one event loop, made into the executor of `GatewayLoop`.
public struct GatewayEventLoop: Sendable {
    public let group: MultiThreadedEventLoopGroup
    public let loop: any EventLoop
    public let scheduler: EventLoopScheduler

    /// To be called once in a process, before anything runs on `GatewayLoop`.
    public static func start() -> GatewayEventLoop {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        GatewayLoop.adopt(EventLoopExecutor(loop))
        return GatewayEventLoop(group: group, loop: loop, scheduler: EventLoopScheduler(loop: loop))
    }
}

/// The event loop as the executor of the actor and of the tasks that prefer it. NIO's own is the former only.
private final class EventLoopExecutor: SerialExecutor, TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { [self] in
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }

    func checkIsolated() { loop.preconditionInEventLoop() }
}
