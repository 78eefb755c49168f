import Glibc
import NIOCore
public import NIOPosix

extension ServerBootstrap {
    /// Pauses where nothing is left to accept a connection with, and tries again until there is. Who connects meanwhile waits in the socket,
    /// which stays readable: without a pause the loop would do nothing else. `onShortage` hears why, on the loop, at every attempt.
    public func pausing(onShortage: @escaping @Sendable (String) -> Void) -> Self {
        serverChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(AcceptPause(onShortage))
            }
        }
    }
}

/// NIO's own AcceptBackoffHandler holds reads back, but after an error NIO goes on with the read that it has.
private final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let length = TimeAmount.milliseconds(100)
    private let onShortage: @Sendable (String) -> Void

    init(_ onShortage: @escaping @Sendable (String) -> Void) {
        self.onShortage = onShortage
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let code = (error as? IOError)?.errnoCode, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) else {
            return context.fireErrorCaught(error)
        }
        onShortage(String(cString: strerror(code)))
        let channel = context.channel
        // A channel that is closed meanwhile has nothing to pause.
        channel.setOption(.autoRead, value: false).whenSuccess {
            channel.eventLoop.scheduleTask(in: Self.length) { channel.setOption(.autoRead, value: true) }
        }
    }
}
