import LLMGWCore
import LLMGWTransport
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Where a monitoring system collects the metrics: HTTP on a Unix socket, on a loopback port, on both or on none.
@GatewayLoop
final class MetricsEndpoint {
    private var listener: UnixSocketListener?
    private var channels: [any Channel] = []

    private init() {}

    static func open(
        _ settings: MetricsSettings, on group: any EventLoopGroup, observer: RequestObserver, logger: Logger,
        onShortage: @escaping @Sendable (String) -> Void
    ) async throws -> MetricsEndpoint {
        let endpoint = MetricsEndpoint()
        let doors = MetricsDoors()
        let initialize: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try GatewayLoop.assumeIsolated { try doors.admit(channel, observer) }
            }
        }
        do {
            if let path = settings.socket {
                let listener = try UnixSocketListener.open(path: path, mode: settings.socketMode)
                endpoint.listener = listener
                endpoint.channels.append(try await listener.accept(on: group, onShortage: onShortage, initialize))
                logger.info("metrics", metadata: ["llmgw-socket": "\(path)"])
            }
            if let address = settings.listen {
                endpoint.channels.append(try await bind(address, on: group, onShortage, initialize))
                logger.info("metrics", metadata: ["llmgw-address": "\(address)"])
            }
        } catch {
            await endpoint.close()
            throw error
        }
        return endpoint
    }

    private static func bind(
        _ address: LoopbackAddress, on group: any EventLoopGroup, _ onShortage: @escaping @Sendable (String) -> Void,
        _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .pausing(onShortage: onShortage)
                .childChannelInitializer(initialize)
                .bind(host: address.host, port: Int(address.port))
                .get()
        } catch {
            throw MetricsEndpointError(address: address, cause: "\(error)")
        }
    }

    func close() async {
        // One that is closed already is as good.
        for channel in channels { try? await channel.close() }
        channels = []
        listener?.remove()
        listener = nil
    }
}

/// Why `metrics.listen` cannot be used.
struct MetricsEndpointError: Error, CustomStringConvertible {
    let address: LoopbackAddress
    let cause: String

    var description: String { "metrics.listen: \(address) cannot be used: \(cause)" }
}

/// Admits those who collect metrics: a few at a time, each for a short while.
@GatewayLoop
private final class MetricsDoors {
    /// More than any monitoring system needs.
    private static let maxConnections = 16
    private static let maxTime = TimeAmount.seconds(10)
    private var count = 0

    func admit(_ channel: any Channel, _ observer: RequestObserver) throws {
        count += 1
        channel.closeFuture.whenComplete { _ in GatewayLoop.assumeIsolated { self.count -= 1 } }
        guard count <= Self.maxConnections else { return channel.close(promise: nil) }
        let timer = channel.eventLoop.scheduleTask(in: Self.maxTime) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
        try channel.pipeline.syncOperations.addHandler(
            MetricsHandler { format in
                GatewayLoop.assumeIsolated { observer.metrics(format) }
            })
    }
}

/// Answers one request, and closes the connection.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let render: (MetricsFormat) -> MetricsText
    private var request: HTTPRequestHead?

    init(render: @escaping (MetricsFormat) -> MetricsText) {
        self.render = render
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // What follows the first request is not answered any more.
            if request == nil { answer(head, context) }
            request = head
        case .body, .end: break
        }
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.prefix { $0 != "?" }
        guard request.method == .GET || request.method == .HEAD else {
            return send(.methodNotAllowed, ["Allow": "GET, HEAD"], "Only GET.\n", request, context)
        }
        guard path == "/metrics" else {
            return send(.notFound, [:], "The metrics are at /metrics.\n", request, context)
        }
        let accepted = request.headers[canonicalForm: "Accept"]
        let wantsOpenMetrics = accepted.contains { $0.hasPrefix("application/openmetrics-text") }
        let metrics = render(wantsOpenMetrics ? .openmetrics : .prometheus)
        send(.ok, ["Content-Type": metrics.contentType], metrics.text, request, context)
    }

    private func send(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ text: String, _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers = headers
        if !headers.contains(name: "Content-Type") { headers.add(name: "Content-Type", value: "text/plain") }
        headers.add(name: "Content-Length", value: "\(text.utf8.count)")
        headers.add(name: "Connection", value: "close")
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
