public import LLMGWCore
public import LLMGWHost
public import LLMGWTransport
import LLMGWUpstream
import LLMGWWire
public import Logging
import NIOCore
public import ServiceLifecycle

/// The gateway: everything put together, from the socket to the upstreams. It runs once.
@GatewayLoop
public final class Gateway: Service {
    /// What the process around the gateway hears of its life.
    public enum Event: Sendable {
        /// Connections are accepted.
        case ready
        /// The configuration is read anew; `reloaded` follows, whatever comes of it.
        case reloading, reloaded
        /// Nothing new is accepted; `run` returns when what runs has ended, or its time is up.
        case draining
        /// Another daemon serves in this process, and goes on alone; `draining` follows.
        case succeeded(Int32)
    }

    let sockets: GatewaySockets
    let eventLoop: GatewayEventLoop
    let logger: Logger
    let onEvent: @GatewayLoop (Event) -> Void
    enum End: String {
        case idle = "nobody has called for a while"
        case ordered = "an administrator has ordered the end"
        case succeeded = "another daemon goes on"
    }

    private let idleWatch: IdleWatch
    /// What ends it, beside the graceful shutdown.
    private let ends: AsyncStream<End>
    let end: @Sendable (End) -> Void
    /// What an administrator allows for draining; nil means `server.drain_timeout`.
    var drainGrace: Duration?
    private let audit: AuditLog
    private let shortage: AcceptShortage

    let codec = MessageCodec()
    let state: GatewayState
    private(set) var generation: GatewayGeneration
    /// The latest reload or upgrade, under way or done.
    var lastChange: Task<Void, Never>?
    let launcher: (any SuccessorLauncher)?
    private let predecessor: Predecessor?
    /// The daemon that is to take over, or has.
    var successor: Successor?
    /// It was told to end.
    private(set) var isEnding = false
    var metrics: MetricsEndpoint?
    private var requestIDs: RequestIDGenerator

    /// Without calls for `idleLimit` (zero: none), `run` drains and returns as if it had been told to. Without a `launcher` it cannot be upgraded.
    public init(
        configuration: GatewayConfiguration, sockets: GatewaySockets, eventLoop: GatewayEventLoop, logger: Logger,
        logFigures: LogFigures, idleLimit: Duration = .zero, launcher: (any SuccessorLauncher)? = nil,
        predecessor: Predecessor? = nil,
        onEvent: @escaping @GatewayLoop (Event) -> Void = { _ in }
    ) throws(GatewayError) {
        self.sockets = sockets
        self.eventLoop = eventLoop
        self.logger = logger
        self.onEvent = onEvent
        self.launcher = launcher
        self.predecessor = predecessor
        let (ends, continuation) = AsyncStream.makeStream(of: End.self)
        self.ends = ends
        self.end = { continuation.yield($0) }
        var random = SystemRandomNumberGenerator()
        self.requestIDs = RequestIDGenerator(using: &random)
        self.state = try GatewayState(
            configuration, scheduler: eventLoop.scheduler, logger: logger, logFigures: logFigures)
        self.generation = GatewayGeneration(configuration, state)
        self.shortage = AcceptShortage(scheduler: eventLoop.scheduler, logger: logger)
        self.audit = AuditLog(logger: logger, events: state.events)
        self.idleWatch = IdleWatch(limit: idleLimit, calls: state.calls, scheduler: eventLoop.scheduler) {
            continuation.yield(.idle)
        }
        state.hostControl = self
        state.observer.render = { [unowned self] format in
            MetricsExporter(state: state, generation: generation).render(format)
        }
        if let store = state.forcedStates { generation.restore(store) }
    }

    /// Serves until the graceful shutdown is triggered, an administrator orders it, or nobody has called for the idle limit; then drains.
    public func run() async throws {
        if let ledger = state.usageBook.ledger {
            await QuotaRestoration(
                configuration: generation.configuration, desk: state.desk, ledger: ledger,
                usageBook: state.usageBook, logger: logger
            ).run()
        }
        state.desk.finishRestoring()
        predecessor?.handOver(to: state)
        let servers = try await open()
        for path in sockets.paths { logger.info("listening", metadata: ["llmgw-socket": "\(path)"]) }
        await predecessor?.serving()
        onEvent(.ready)
        idleWatch.start()
        for await reason in ends.cancelOnGracefulShutdown() {
            logger.info("\(reason.rawValue)")
            break
        }
        isEnding = true
        if successor?.quota.state != .asking { await abandonUpgrade() }
        await drain(servers)
        await metrics?.close()
        sockets.remove()
        logger.info("stopped")
    }

    /// A daemon whose metrics nobody can collect, though it was told to offer them, does not start. What another daemon serves on, stays its own.
    private func open() async throws -> [any Channel] {
        do {
            metrics = try await openMetrics()
            return try await sockets.accept(on: eventLoop.group, onShortage: onShortage) {
                [self] channel, forAdministrators in
                initialize(channel, forAdministrators: forAdministrators)
            }
        } catch {
            if predecessor == nil { sockets.remove() }
            throw error
        }
    }

    func openMetrics() async throws -> MetricsEndpoint {
        try await MetricsEndpoint.open(
            generation.configuration.metrics, on: eventLoop.group, observer: state.observer, logger: logger,
            onShortage: onShortage)
    }

    /// One line for people: what the daemon is doing.
    public var statusLine: String {
        let calls = state.calls.count
        let open = generation.openProviders(now: scheduler.now)
        let doing = state.isDraining ? "draining" : "serving"
        return
            "\(doing): \(open) of \(generation.configuration.providers.count) providers open, \(calls) calls in flight"
    }

    private var onShortage: @Sendable (String) -> Void {
        { [shortage] problem in GatewayLoop.assumeIsolated { shortage.note(problem) } }
    }

    private nonisolated func initialize(_ channel: any Channel, forAdministrators: Bool) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let peer = try PeerIdentity.of(channel)
            try GatewayLoop.assumeIsolated {
                let connection = ClientConnection(peer: peer, channel: channel, host: self)
                try channel.pipeline.syncOperations.addHandler(ConnectionHandler(connection))
                admit(connection, forAdministrators: forAdministrators)
            }
        }
    }

    private func admit(_ connection: ClientConnection, forAdministrators: Bool) {
        state.connections.add(connection)
        idleWatch.noteActivity()
        do throws(GatewayError) {
            if forAdministrators {
                // Their way in when somebody, who may run under the same user, has taken all connections: no limit counts here.
                try generation.administrators.require(connection.peer, for: "This socket")
            } else {
                try state.accounts.openConnection(uid: connection.peer.uid)
                connection.isCounted = true
            }
        } catch {
            if forAdministrators {
                logger.warning(
                    "not admitted to the administrators' socket",
                    metadata: [
                        "llmgw-peer-uid": .stringConvertible(connection.peer.uid),
                        "llmgw-peer-pid": .stringConvertible(connection.peer.pid),
                    ])
            }
            connection.fail(ConnectionError(error))
        }
        if state.isDraining { connection.goAway(reason: "the daemon is shutting down", grace: .zero) }
    }

    /// Calls that run stay with the configuration they began with.
    func adopt(_ configuration: GatewayConfiguration) {
        generation.retire()
        generation = GatewayGeneration(configuration, state, succeeding: generation)
        state.desk.configure(configuration)
        state.clients.configure(configuration)
        state.accounts.settings = configuration.server
        state.connections.settings = configuration.server
    }

    /// Set while the end waits for it.
    var onLastConnectionClosed: (@GatewayLoop () -> Void)?
    /// Ends the time that calls have for their end earlier; set while it runs.
    var hasten: (@GatewayLoop (_ deadline: MonotonicInstant) -> Void)?
    /// What was asked of `hasten`, perhaps before it ran.
    var hastenedEnd: MonotonicInstant?
}

extension Gateway: ConnectionHost {
    nonisolated var serverVersion: String { Version.current }
    var scheduler: any LoopScheduler { state.scheduler }
    var flushes: FlushList { state.flushes }
    var limits: ConnectionLimits { generation.limits }
    var handshakeTimeout: Duration { generation.configuration.server.handshakeTimeout }
    var writeTimeout: Duration { generation.configuration.server.writeTimeout }

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
        try envelope.options.cache.validate()
        let uid = connection.peer.uid
        try state.accounts.openStream(uid: uid)
        let now = scheduler.now
        let timeout = envelope.options.timeout ?? generation.configuration.server.requestTimeout
        let caller = state.clients.caller(
            connection.peer, labels: { connection.labels }, wanted: envelope.options.priority)
        let execution = Execution(
            requestID: requestIDs.next(), started: now, deadline: now + timeout, caller: caller,
            operation: method.operation)
        let call = Call(
            method: method, envelope: envelope, execution: execution, connection: connection, stream: stream,
            codec: codec
        ) { [self] call in
            state.accounts.closeStream(uid: uid)
            state.calls.remove(call)
            state.idleMemory.callEnded()
            idleWatch.noteActivity()
            noteEnd(call)
        }
        state.calls.add(call)
        return call
    }

    func run(_ call: Call) {
        logger.debug("call", metadata: call.logMetadata)
        generation.services.run(call)
    }

    private func noteEnd(_ call: Call) {
        let failed = call.failure.map { $0.code != .cancelled } ?? false
        logger.log(
            level: failed ? .info : .debug, failed ? "call failed" : "call ended",
            metadata: call.endMetadata(now: scheduler.now))
        audit.note(call)
    }

    func connectionClosed(_ connection: ClientConnection) {
        guard state.connections.remove(connection) else { return }
        if connection.isCounted { state.accounts.closeConnection(uid: connection.peer.uid) }
        if state.connections.count == 0 { onLastConnectionClosed?() }
    }

    func note(_ violation: ProtocolViolation) { state.statistics.note(violation) }
}
