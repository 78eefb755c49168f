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
        guard let executor = (loop as? any NIOSerialEventLoopExecutor)?.executor else {
            preconditionFailure("NIO's event loops are serial executors")
        }
        GatewayLoop.adopt(executor)
        return GatewayEventLoop(group: group, loop: loop, scheduler: EventLoopScheduler(loop: loop))
    }
}
