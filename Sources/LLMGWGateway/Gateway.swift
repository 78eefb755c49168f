public import LLMGWCore
import LLMGWPolicy
public import LLMGWTransport
import LLMGWUpstream
import LLMGWWire
public import Logging
import NIOCore
public import ServiceLifecycle

/// The gateway: everything put together, from the socket to the upstreams. It runs once.
@GatewayLoop
public final class Gateway: Service {
    private let configuration: GatewayConfiguration
    private let listener: UnixSocketListener
    private let eventLoop: GatewayEventLoop
    private let driver: CurlDriver
    private let logger: Logger
    private let onReady: @Sendable () -> Void

    let scheduler: any LoopScheduler
    let codec = MessageCodec()
    let limits: ConnectionLimits
    private let statistics = Statistics()
    private let calls = CallTable()
    private let idleMemory: IdleMemory
    private let accounts: ClientAccounts
    private let connections: ConnectionRegistry
    private let admin: AdminService
    private let services: GatewayServices
    private var requestIDs: RequestIDGenerator
    private var isDraining = false

    /// `onReady` is called once connections are accepted.
    public init(
        configuration: GatewayConfiguration, listener: UnixSocketListener, eventLoop: GatewayEventLoop, logger: Logger,
        onReady: @escaping @Sendable () -> Void = {}
    ) throws(GatewayError) {
        self.configuration = configuration
        self.listener = listener
        self.eventLoop = eventLoop
        self.logger = logger
        self.onReady = onReady
        self.scheduler = eventLoop.scheduler
        self.limits = ConnectionLimits(maxStreams: UInt32(clamping: configuration.server.maxStreamsPerConnection))
        var random = SystemRandomNumberGenerator()
        self.requestIDs = RequestIDGenerator(using: &random)

        let scheduler = eventLoop.scheduler
        self.driver = try CurlDriver(submit: { scheduler.submit($0) })
        let catalog = ModelCatalog(configuration)
        let registry = DeploymentRegistry(configuration, scheduler: scheduler) { scope, transition in
            logger.notice(
                "breaker",
                metadata: [
                    "llmgw-scope": "\(scope)", "llmgw-from": "\(transition.from.rawValue)",
                    "llmgw-to": "\(transition.to.rawValue)", "llmgw-cause": "\(transition.cause.rawValue)",
                ])
        }
        let client = UpstreamClient(driver: driver, scheduler: scheduler)
        let pipeline = InferencePipeline(
            registry: registry, catalog: catalog, client: client, statistics: statistics, scheduler: scheduler)
        let store = configuration.server.stateDirectory.map { ForcedStateStore(directory: $0, logger: logger) }
        if let store { registry.restore(store.load(), wallClock: ForcedStateStore.wallClock()) }
        let monitor = AlertMonitor(
            configuration.alerts, registry: registry,
            webhooks: WebhookSender(transport: driver, scheduler: scheduler, logger: logger), scheduler: scheduler,
            logger: logger)
        let chats = ChatService(pipeline: pipeline, defaults: configuration.defaults, statistics: statistics)
        self.idleMemory = IdleMemory(calls: calls, scheduler: scheduler)
        self.accounts = ClientAccounts(settings: configuration.server)
        self.connections = ConnectionRegistry(settings: configuration.server, scheduler: scheduler)
        self.admin = AdminService(
            configuration: configuration, pipeline: pipeline, statistics: statistics, calls: calls, accounts: accounts,
            connections: connections)
        self.services = GatewayServices(
            chats: chats,
            embeddings: EmbedService(pipeline: pipeline, defaults: configuration.defaults, statistics: statistics),
            batches: BatchService(chats: chats, settings: configuration.server), catalog: catalog,
            meta: MetaService(limits: limits), admin: admin,
            resilience: ResilienceService(
                inspection: ResilienceInspector(pipeline: pipeline, client: client, monitor: monitor, store: store),
                administrators: Administrators(configuration.server), logger: logger))
    }

    /// Serves until the graceful shutdown is triggered, then drains.
    public func run() async throws {
        let server = try await listener.accept(on: eventLoop.group) { [self] channel in initialize(channel) }
        logger.info("listening", metadata: ["llmgw-socket": "\(listener.path)"])
        onReady()
        try await gracefulShutdown()
        await drain(server)
    }

    private nonisolated func initialize(_ channel: any Channel) -> EventLoopFuture<Void> {
        PeerIdentity.of(channel).flatMapThrowing { peer in
            try GatewayLoop.assumeIsolated {
                let connection = ClientConnection(peer: peer, channel: channel, host: self)
                try channel.pipeline.syncOperations.addHandler(ConnectionHandler(connection))
                self.admit(connection)
            }
        }
    }

    private func admit(_ connection: ClientConnection) {
        connections.add(connection)
        do throws(GatewayError) {
            try accounts.openConnection(uid: connection.peer.uid)
            connection.isCounted = true
        } catch {
            connection.fail(ConnectionError(error))
        }
        if isDraining { connection.goAway(reason: "the daemon is shutting down", grace: .zero) }
    }

    /// No new connections and calls; those that run have `server.drain_timeout`.
    private func drain(_ server: any Channel) async {
        isDraining = true
        admin.isDraining = true
        let grace = configuration.server.drainTimeout
        logger.info("draining", metadata: ["llmgw-calls": "\(calls.count)", "llmgw-grace": "\(grace)"])
        try? await server.close()
        for connection in connections.all { connection.goAway(reason: "the daemon is shutting down", grace: grace) }
        let deadline = scheduler.now + grace
        await waitForCalls(until: deadline)
        if calls.count > 0 {
            // An upstream may be at work on them; for those that still wait, the queue says that they were not begun.
            var error = GatewayError(.draining, "the daemon shut down before the request was done")
            error.retry = .ambiguous
            for call in calls.all { call.cancel(error) }
            await waitForCalls(until: scheduler.now + .seconds(1))
        }
        await waitForConnections(until: max(deadline, scheduler.now + .seconds(1)))
        await driver.shutdown()
        listener.remove()
        logger.info("stopped")
    }

    private func waitForCalls(until deadline: MonotonicInstant) async {
        await withCheckedContinuation { continuation in
            let waiter = OneShot(continuation)
            let timer = scheduler.schedule(at: deadline) { waiter.resume() }
            calls.whenEmpty {
                timer.cancel()
                waiter.resume()
            }
        }
    }

    /// What was queued for the clients has to leave; a client that does not take it is cut off at the deadline.
    private func waitForConnections(until deadline: MonotonicInstant) async {
        await withCheckedContinuation { continuation in
            let waiter = OneShot(continuation)
            let timer = scheduler.schedule(at: deadline) { [self] in
                for connection in connections.all { connection.abort() }
                waiter.resume()
            }
            onLastConnectionClosed = {
                timer.cancel()
                waiter.resume()
            }
            if connections.count == 0 { waiter.resume() }
        }
    }

    private var onLastConnectionClosed: (@GatewayLoop () -> Void)?
}

extension Gateway: ConnectionHost {
    nonisolated var serverVersion: String { Version.current }
    var handshakeTimeout: Duration { configuration.server.handshakeTimeout }

    func makeCall(
        method: UInt16, request: [UInt8], on connection: ClientConnection, stream: UInt32
    ) throws(GatewayError) -> Call {
        guard let method = Method(rawValue: method) else {
            throw GatewayError(.unknownMethod, "there is no method 0x\(String(method, radix: 16))")
        }
        let envelope: CallEnvelope
        do throws(MessageError) {
            envelope = try CallEnvelope.decode(request, with: codec)
        } catch {
            throw GatewayError(.malformedMessage, "Request: \(error)")
        }
        let uid = connection.peer.uid
        try accounts.openStream(uid: uid)
        let now = scheduler.now
        let timeout = envelope.options.timeout ?? configuration.server.requestTimeout
        let execution = Execution(requestID: requestIDs.next(), started: now, deadline: now + timeout)
        let call = Call(
            method: method, envelope: envelope, execution: execution, connection: connection, stream: stream,
            codec: codec
        ) { [self] call in
            accounts.closeStream(uid: uid)
            calls.remove(call)
            idleMemory.callEnded()
            if let failure = call.failure { log(failure, of: call) }
        }
        calls.add(call)
        return call
    }

    func run(_ call: Call) {
        logger.debug("call", metadata: call.logMetadata)
        services.run(call)
    }

    /// An upstream's words can repeat the prompt, so the log has the reason only.
    private func log(_ failure: GatewayError, of call: Call) {
        var metadata = call.logMetadata
        metadata["llmgw-reason"] = "\(failure.reason)"
        if let model = failure.model { metadata["llmgw-model"] = "\(model)" }
        if let provider = failure.provider { metadata["llmgw-provider"] = "\(provider)" }
        if let status = failure.upstreamStatus { metadata["llmgw-http-status"] = "\(status)" }
        logger.log(level: failure.code == .cancelled ? .debug : .info, "call failed", metadata: metadata)
    }

    func connectionClosed(_ connection: ClientConnection) {
        guard connections.remove(connection) else { return }
        if connection.isCounted { accounts.closeConnection(uid: connection.peer.uid) }
        if connections.count == 0 { onLastConnectionClosed?() }
    }

    func countProtocolError() { statistics.noteProtocolError() }
}

extension Call {
    /// Never what was asked or answered.
    var logMetadata: Logger.Metadata {
        [
            "llmgw-request": "\(execution.requestID)", "llmgw-method": "\(method.operation)",
            "llmgw-uid": "\(peer.uid)", "llmgw-pid": "\(peer.pid)",
        ]
    }
}

/// A continuation with several who may resume it; the first one does.
@GatewayLoop
private final class OneShot {
    private var continuation: CheckedContinuation<Void, Never>?

    init(_ continuation: CheckedContinuation<Void, Never>) {
        self.continuation = continuation
    }

    func resume() {
        continuation?.resume()
        continuation = nil
    }
}
