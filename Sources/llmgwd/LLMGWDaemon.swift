import CPlatform
import Glibc
import LLMGWControl
import LLMGWCore
import LLMGWGateway
import LLMGWPolicy
import LLMGWTransport
import Logging
import ServiceLifecycle
import UnixSignals

/// The daemon's process: from the command line to the exit status.
@main
struct LLMGWDaemon {
    private let arguments: CommandLineArguments

    static func main() async {
        do {
            let arguments = try CommandLineArguments.parse(CommandLine.arguments.dropFirst())
            try await LLMGWDaemon(arguments: arguments).run()
        } catch let status as ExitStatus {
            exit(status.rawValue)
        } catch let mistake as CommandLineMistake {
            writeError("llmgwd: \(mistake)")
            exit(ExitStatus.usage.rawValue)
        } catch {
            writeError("llmgwd: \(error)")
            exit(ExitStatus.failure.rawValue)
        }
    }

    private func run() async throws {
        switch arguments.action {
        case .help: print(CommandLineArguments.help)
        case .version: print(Version.current)
        case .printConfigurationReference: print(ConfigurationReference.markdown, terminator: "")
        case .printFailureTable: print(FailureTable.standard.markdown, terminator: "")
        case .check:
            _ = try loadConfiguration()
            print("\(arguments.config): valid")
        case .serve: try await serve(try loadConfiguration())
        }
    }

    private func loadConfiguration() throws -> GatewayConfiguration {
        do throws(ConfigurationErrors) {
            let loaded = try ConfigurationLoader.load(path: arguments.config)
            for warning in loaded.warnings { Self.writeError("llmgwd: warning: \(warning)") }
            return loaded.configuration
        } catch {
            for problem in error.problems { Self.writeError("llmgwd: \(problem)") }
            throw ExitStatus.usage
        }
    }

    private func serve(_ configuration: GatewayConfiguration) async throws {
        // A peer that is gone is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "llmgwd")
        logger.logLevel = arguments.logLevel
        let path =
            arguments.socket ?? configuration.server.socket
            ?? SocketLocation.candidates { name in getenv(name).map { String(cString: $0) } }[0]
        let service = SocketService(path: path, configuration: configuration, logger: logger)
        var services = ServiceGroupConfiguration(
            services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
        // The gateway bounds its own draining; this is for the case that it does not.
        services.maximumGracefulShutdownDuration = configuration.server.drainTimeout + .seconds(10)
        try await ServiceGroup(configuration: services).run()
    }

    /// A library's chatter about starting and stopping services is not for the daemon's users; its errors come out of `run` all the same.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = .critical
        return quiet
    }

    private static func writeError(_ line: String) {
        let text = line + "\n"
        _ = text.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Opens the socket and serves on it. The service group has taken over the signals before it runs this, so that a daemon which is told to
/// stop as soon as its socket can be seen tidies up like any other.
private struct SocketService: Service {
    let path: String
    let configuration: GatewayConfiguration
    let logger: Logger

    func run() async throws {
        // From now on a hangup asks for a reload, and does not end a daemon that is still starting.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let listener = try UnixSocketListener.open(path: path, mode: configuration.server.socketMode)
        let gateway = try await Gateway(
            configuration: configuration, listener: listener, eventLoop: GatewayEventLoop.start(), logger: logger,
            onReady: cplatform_release_code)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            group.addTask { for await _ in hangups { await gateway.reload() } }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// How the daemon ends, when not well. `CommandLineArguments.help` documents it.
private enum ExitStatus: CInt, Error {
    case failure = 1
    case usage = 2
}
