import LLMGWCore
import NIOCore

/// Where NIO meets a `ClientConnection`. Nothing is decided here.
final class ConnectionHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: ClientConnection

    init(_ connection: ClientConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        GatewayLoop.assumeIsolated { connection.receive(buffer) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        GatewayLoop.assumeIsolated { connection.pump() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        GatewayLoop.assumeIsolated { connection.closed() }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset or broken pipe: the peer is gone, which channelInactive reports.
        context.close(promise: nil)
    }
}
