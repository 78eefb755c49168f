import Glibc
import LLMGWCore
internal import NIOCore
internal import NIOPosix

/// Finds the daemon and keeps the one connection that new calls use.
actor Connector {
    private let socketPath: String?
    private let clientName: String
    private let loop: any EventLoop
    private let executor: any SerialExecutor
    private var current: Task<Result<ClientConnection, GatewayError>, Never>?
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(socketPath: String?, clientName: String) {
        self.socketPath = socketPath
        self.clientName = clientName
        loop = MultiThreadedEventLoopGroup.singleton.next()
        guard let executor = (loop as? any NIOSerialEventLoopExecutor)?.executor else {
            preconditionFailure("NIO's event loops are serial executors")
        }
        self.executor = executor
    }

    deinit {
        guard let current else { return }
        Task { await Self.close(current) }
    }

    /// A connection that takes new calls; the one there is, where it does.
    func connection() async throws(GatewayError) -> ClientConnection {
        while !isClosed {
            let attempt = current ?? connect()
            current = attempt
            switch await attempt.value {
            case .success(let connection):
                if await connection.isUsable { return connection }
                forget(attempt)
            case .failure(let error):
                forget(attempt)
                throw error
            }
        }
        throw GatewayError(.localClosed, "the client was closed")
    }

    func close() async {
        isClosed = true
        guard let current else { return }
        self.current = nil
        await Self.close(current)
    }

    private static func close(_ attempt: Task<Result<ClientConnection, GatewayError>, Never>) async {
        guard case .success(let connection) = await attempt.value else { return }
        await connection.close(GatewayError(.localClosed, "the client was closed"))
    }

    /// Unless another caller has already replaced it.
    private func forget(_ attempt: Task<Result<ClientConnection, GatewayError>, Never>) {
        if current == attempt { current = nil }
    }

    private func connect() -> Task<Result<ClientConnection, GatewayError>, Never> {
        let candidates = socketPath.map { [$0] } ?? SocketLocation.candidates(environment: Self.environment)
        let path = candidates.first { access($0, F_OK) == 0 } ?? candidates[0]
        let connection = ClientConnection(loop: loop, executor: executor, clientName: clientName)
        return Task {
            do throws(GatewayError) {
                try await connection.open(path: path, tried: candidates)
                return .success(connection)
            } catch {
                return .failure(error)
            }
        }
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
