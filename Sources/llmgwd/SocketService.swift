import CPlatform
import Glibc
import LLMGWCore
import LLMGWGateway
import LLMGWHost
import LLMGWTransport
import Logging
import ServiceLifecycle
import UnixSignals

/// Opens the sockets and serves on them. The service group has taken over the signals before it runs this, so that a daemon which is told to
/// stop as soon as its socket can be seen tidies up like any other.
struct SocketService: Service {
    /// Nil leaves it to the search rule.
    let path: String?
    let configuration: GatewayConfiguration
    let manager: ServiceManager
    let launcher: any SuccessorLauncher
    let logger: Logger
    let logFigures: LogFigures

    func run() async throws {
        // From now on a hangup asks for a reload, and does not end a daemon that is still starting.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let sockets: GatewaySockets
        do {
            sockets = try openSockets()
        } catch {
            if let predecessor = manager.predecessor { Predecessor.refuse(predecessor, ["\(error)"]) }
            throw error
        }
        // Before anything runs on the loop.
        let eventLoop = GatewayEventLoop.start()
        guard let descriptor = manager.predecessor else { return try await serve(sockets, eventLoop, nil, hangups) }
        let predecessor = try await Predecessor.join(descriptor, eventLoop)
        do {
            try await serve(sockets, eventLoop, predecessor, hangups)
        } catch {
            // Nobody hears it where the other daemon has handed over.
            await predecessor.refuse("\(error)")
            throw error
        }
    }

    private func serve(
        _ sockets: GatewaySockets, _ eventLoop: GatewayEventLoop, _ predecessor: Predecessor?,
        _ hangups: UnixSignalsSequence
    ) async throws {
        let gateway = try await makeGateway(sockets, eventLoop, predecessor)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            group.addTask { for await _ in hangups { await gateway.reload() } }
            try await group.next()
            group.cancelAll()
        }
    }

    @GatewayLoop
    private func makeGateway(
        _ sockets: GatewaySockets, _ eventLoop: GatewayEventLoop, _ predecessor: Predecessor?
    ) throws -> Gateway {
        let reporter = ServiceReporter(manager, scheduler: eventLoop.scheduler, logger: logger)
        let gateway = try Gateway(
            configuration: configuration, sockets: sockets, eventLoop: eventLoop, logger: logger,
            logFigures: logFigures, idleLimit: idleLimit, launcher: launcher, predecessor: predecessor
        ) { event in
            switch event {
            case .ready:
                reporter.ready()
                cplatform_release_code()
            case .reloading: reporter.reloading()
            case .reloaded: reporter.reloaded()
            case .draining: reporter.stopping()
            case .succeeded(let process): reporter.succeeded(by: process)
            }
        }
        reporter.status = { [weak gateway] in gateway?.statusLine ?? "stopped" }
        return gateway
    }

    /// A socket that the service manager holds takes the place of the one of that purpose which the daemon would make.
    private func openSockets() throws -> GatewaySockets {
        GatewaySockets(
            callers: try sockets(.callers, otherwise: path ?? Self.searchedPath),
            administrators: try sockets(.administrators, otherwise: configuration.server.adminSocket))
    }

    private static var searchedPath: String {
        SocketLocation.candidates { name in getenv(name).map { String(cString: $0) } }[0]
    }

    private func sockets(_ purpose: InheritedSocket.Purpose, otherwise path: String?) throws -> [UnixSocketListener] {
        let inherited = manager.sockets.filter { $0.purpose == purpose }
        guard inherited.isEmpty else {
            return try inherited.map { try .adopt($0.descriptor, path: $0.path, lock: $0.lock) }
        }
        return try path.map { [try UnixSocketListener.open(path: $0, mode: configuration.server.socketMode)] } ?? []
    }

    /// Who ends without a service manager that holds the socket is not there for the next caller.
    private var idleLimit: Duration {
        let limit = configuration.server.exitWhenIdle
        guard limit > .zero, !manager.sockets.contains(where: { $0.purpose == .callers && $0.lock == nil }) else {
            return limit
        }
        logger.warning("server.exit_when_idle is not followed, because no service manager holds the socket")
        return .zero
    }
}
