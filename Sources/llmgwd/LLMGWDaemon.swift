import CPlatform
import Glibc
import LLMGWControl
import LLMGWCore
import LLMGWGateway
import LLMGWHost
import LLMGWPolicy
import Logging
import ServiceLifecycle
import UnixSignals

/// The daemon's process: from the command line to the exit status.
@main
struct LLMGWDaemon {
    private let arguments: CommandLineArguments

    static func main() async {
        // It may not raise a thread's priority, which the runtime would write to the system's log at every start.
        setenv("LIBDISPATCH_LOG", "NO", 0)
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
        case .printConfigurationManual: print(ConfigurationManual.page, terminator: "")
        case .printConfigurationReference: print(ConfigurationReference.markdown, terminator: "")
        case .printMetricsReference: print(MetricsReference.markdown, terminator: "")
        case .printFailureTable: print(FailureTable.standard.markdown, terminator: "")
        case .check:
            _ = try loadConfiguration()
            print("\(arguments.config): valid")
        case .serve:
            let manager = try ServiceManager.fromEnvironment()
            try await serve(try loadConfiguration(predecessor: manager.predecessor), manager)
        }
    }

    /// The daemon that waits to be succeeded hears, too, why it is not.
    private func loadConfiguration(predecessor: CInt? = nil) throws -> GatewayConfiguration {
        do throws(ConfigurationErrors) {
            let loaded = try ConfigurationLoader.load(path: arguments.config, sources: .daemon)
            for warning in loaded.warnings { Self.writeError("llmgwd: warning: \(warning)") }
            return loaded.configuration
        } catch {
            for problem in error.problems { Self.writeError("llmgwd: \(problem)") }
            if let predecessor { Predecessor.refuse(predecessor, error.problems.map { "\($0)" }) }
            throw ExitStatus.usage
        }
    }

    private func serve(_ configuration: GatewayConfiguration, _ manager: ServiceManager) async throws {
        // A peer that is gone is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow (LimitFSIZE=) is an error of one write too: storage switches itself off.
        signal(SIGXFSZ, SIG_IGN)
        let handler = try HostLogHandler.standardError()
        LoggingSystem.bootstrap { _ in handler }
        var logger = Logger(label: "llmgwd")
        logger.logLevel = arguments.logLevel
        do throws(HostError) { try DescriptorLimit.raise() } catch {
            logger.warning("fewer connections than the host allows", metadata: ["llmgw-problem": "\(error)"])
        }
        let service = SocketService(
            path: arguments.socket ?? configuration.server.socket, configuration: configuration, manager: manager,
            launcher: try DaemonLauncher(), logger: logger, logFigures: handler.figures)
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

/// How the daemon ends, when not well. `CommandLineArguments.help` documents it.
private enum ExitStatus: CInt, Error {
    case failure = 1
    case usage = 2
}
