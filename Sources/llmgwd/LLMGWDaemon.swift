public import ArgumentParser
import Glibc
import LLMGWControl
import LLMGWCore
import LLMGWGateway
import LLMGWTransport
public import Logging
import ServiceLifecycle
import UnixSignals

/// The daemon's command line.
@main
struct LLMGWDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llmgwd",
        abstract: "The local gateway to language models.",
        discussion: """
            EXAMPLES
              llmgwd --config /etc/llmgw/llmgw.toml
              llmgwd --config llmgw.toml --check
              llmgwd --config llmgw.toml --socket /run/user/1000/llmgw/llmgw.sock --log-level debug

            EXIT STATUS
              0  stopped by SIGTERM or SIGINT after draining, or the configuration is valid
              1  could not start; the messages say why
              2  the command line or the configuration is wrong
            """,
        version: Version.current)

    @Option(help: "The configuration file (TOML).")
    var config: String = ConfigurationLoader.systemPath

    @Option(help: "Path of the socket, instead of the configured one.")
    var socket: String?

    @Flag(help: "Check the configuration, say everything that is wrong with it, and exit.")
    var check = false

    @Option(help: "Least severity that is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .info

    @Flag(help: .hidden)
    var printConfigurationReference = false

    func run() async throws {
        if printConfigurationReference {
            print(ConfigurationReference.markdown, terminator: "")
            return
        }
        let loaded = try loadConfiguration()
        if check {
            print("\(config): valid")
            return
        }
        try await serve(loaded)
    }

    private func loadConfiguration() throws -> GatewayConfiguration {
        do throws(ConfigurationErrors) {
            let loaded = try ConfigurationLoader.load(path: config)
            for warning in loaded.warnings { writeError("llmgwd: warning: \(warning)") }
            return loaded.configuration
        } catch {
            for problem in error.problems { writeError("llmgwd: \(problem)") }
            throw ExitCode(2)
        }
    }

    private func serve(_ configuration: GatewayConfiguration) async throws {
        // A peer that is gone is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "llmgwd")
        logger.logLevel = logLevel
        let path =
            socket ?? configuration.server.socket
            ?? SocketLocation.candidates { name in getenv(name).map { String(cString: $0) } }[0]
        let listener: UnixSocketListener
        do throws(SocketError) {
            listener = try UnixSocketListener.open(path: path, mode: configuration.server.socketMode)
        } catch {
            writeError("llmgwd: \(error)")
            throw ExitCode(1)
        }
        let gateway = try await Gateway(
            configuration: configuration, listener: listener, eventLoop: GatewayEventLoop.start(), logger: logger)
        var services = ServiceGroupConfiguration(
            services: [.init(service: gateway, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
        // The gateway bounds its own draining; this is for the case that it does not.
        services.maximumGracefulShutdownDuration = configuration.server.drainTimeout + .seconds(10)
        try await ServiceGroup(configuration: services).run()
    }

    /// A library's chatter about starting and stopping services is not for the daemon's users.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }

    private func writeError(_ line: String) {
        let text = line + "\n"
        _ = text.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
