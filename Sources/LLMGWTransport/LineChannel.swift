import Glibc
public import LLMGWCore
public import NIOCore
import NIOPosix

/// Lines of text to and from another process, over a pair of sockets that both have inherited.
@GatewayLoop
public final class LineChannel {
    /// Longer ones are no lines of ours.
    fileprivate nonisolated static let maxLine = 1 << 20

    /// Hears of every line, without its end.
    public var onLine: @GatewayLoop ([UInt8]) -> Void = { _ in }
    /// The other process has closed it, or ended. Once; not after `finish`.
    public var onEnd: @GatewayLoop () -> Void = {}
    private var channel: (any Channel)?

    private init() {}

    /// Two descriptors that belong together, both kept from programs that are started.
    public nonisolated static func pair() throws(SocketError) -> (own: CInt, other: CInt) {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw SocketError("pair", "cannot be made", errno)
        }
        return (ends[0], ends[1])
    }

    /// Takes over one of them. Nothing is read before `onLine` can be set in the same turn of the loop.
    public static func adopt(_ descriptor: CInt, on group: any EventLoopGroup) async throws -> LineChannel {
        let lines = LineChannel()
        lines.channel = try await ClientBootstrap(group: group)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try GatewayLoop.assumeIsolated {
                        try channel.pipeline.syncOperations.addHandler(LineHandler(lines))
                    }
                }
            }
            .withConnectedSocket(descriptor)
            .get()
        return lines
    }

    public func start() {
        channel?.setOption(.autoRead, value: true).whenFailure { [weak self] _ in
            GatewayLoop.assumeIsolated { self?.ended() }
        }
    }

    public func send(_ line: [UInt8]) {
        guard let channel else { return }
        var buffer = channel.allocator.buffer(capacity: line.count + 1)
        buffer.writeBytes(line)
        buffer.writeInteger(UInt8(ascii: "\n"))
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// Closes it, after what was sent. What cannot be sent any more is nobody's loss but the other process's, which has ended.
    public func finish() async {
        guard let channel else { return }
        self.channel = nil
        try? await channel.writeAndFlush(channel.allocator.buffer(capacity: 0)).get()
        try? await channel.close().get()
    }

    fileprivate func ended() {
        guard channel != nil else { return }
        channel = nil
        onEnd()
    }
}

/// Cuts what comes into lines.
private final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let lines: LineChannel
    private var pending: [UInt8] = []

    init(_ lines: LineChannel) {
        self.lines = lines
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pending.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        var parts = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        pending = parts.popLast().map(Array.init) ?? []
        guard pending.count <= LineChannel.maxLine else { return context.close(promise: nil) }
        let (lines, whole) = (lines, parts)
        GatewayLoop.assumeIsolated { for line in whole { lines.onLine(Array(line)) } }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let lines = lines
        GatewayLoop.assumeIsolated { lines.ended() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
