import ArgumentParser
import Glibc
import LLMGWCore
import LLMGatewayClient

/// How to reach the daemon: common to all commands that ask it.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Path of the daemon's socket.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("Longest time to wait for an answer.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0 && timeout <= 1_000_000) {
            throw ValidationError("--timeout is a number of seconds above 0")
        }
    }

    var duration: Duration? { timeout.map { .seconds($0) } }

    /// The socket that is asked.
    var socketPath: String {
        socket
            ?? SocketLocation.forClient(
                environment: { name in getenv(name).map { String(cString: $0) } }, exists: { access($0, F_OK) == 0 })
    }

    /// Not connected yet. Whoever makes it closes it.
    func newClient(patience: Duration? = nil) -> GatewayClient {
        GatewayClient(socketPath: socket, name: "llmgw-ctl", timeout: duration ?? patience)
    }

    /// Gives a client to `body`, and explains a daemon that is not there. `patience` is for those who name no --timeout; nil leaves it to the daemon.
    func withClient<T: Sendable>(
        patience: Duration? = nil, _ body: (GatewayClient) async throws -> T
    ) async throws -> T {
        Interrupts.askingBegins()
        let client = newClient(patience: patience)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch let error as GatewayError where error.reason == .localConnectFailed {
            throw explained(error)
        }
    }

    private func explained(_ error: GatewayError) -> ToolFailure {
        let candidates =
            socket.map { [$0] } ?? SocketLocation.candidates { name in getenv(name).map { String(cString: $0) } }
        for path in candidates {
            var info = stat()
            if stat(path, &info) == 0 {
                guard access(path, R_OK | W_OK) != 0 else { continue }
                return ToolFailure(.denied, Self.denied(path, info))
            }
            if errno == EACCES {
                return ToolFailure(.denied, "access to \(path) is denied: one of its directories may not be entered")
            }
        }
        return ToolFailure(
            .unreachable,
            """
            \(error.message)
            Start the daemon (systemctl start llmgwd, or llmgwd --config FILE), or name its socket with --socket or LLMGW_SOCKET.
            """)
    }

    private static func denied(_ path: String, _ info: stat) -> String {
        guard info.st_mode & 0o060 == 0o060 else {
            return """
                access to \(path) is denied: only its owner may use it
                Ask an administrator; server.socket_mode says who else may.
                """
        }
        let name = getgrgid(info.st_gid).map { String(cString: $0.pointee.gr_name) } ?? String(info.st_gid)
        // A member of root's group could write much more than this socket.
        guard info.st_gid != 0 else {
            return """
                access to \(path) is denied: it belongs to the group \(name), which is not for users
                Run the daemon with a group for its users, as the unit llmgwd.service does, or ask an administrator.
                """
        }
        return """
            access to \(path) is denied: it belongs to the group \(name)
            Join it (usermod --append --groups \(name) USER, then log in again), or ask an administrator.
            """
    }
}

/// The choice between a table for people and JSON for programs.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false
}
