import ArgumentParser
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// The simulated provider's command line.
@main
struct SimulatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llmgw-sim",
        abstract:
            "A simulated provider: no model, no cost, for demos, tests and benchmarks.",
        discussion: """
            It speaks the OpenAI API (/v1/chat/completions, /v1/completions, /v1/embeddings, /v1/models) and Anthropic's \
            (/v1/messages). Its answers are made from the request alone: the same request gets the same answer. A model's name \
            can ask for a fault, which looks as the API in question has it; `llmgw-sim --models` lists them.

            EXAMPLES
              llmgw-sim --port 8089
              llmgw-sim --port 0 --tokens-per-second 20 --latency-ms 200
            """)

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 8089

    @Option(help: "Milliseconds before an answer begins.")
    var latencyMs = 0

    @Option(help: "Speed of streamed answers; 0 is as fast as possible.")
    var tokensPerSecond = 0

    @Option(help: "Tokens of an answer, where the request does not say.")
    var outputTokens = 24

    @Flag(help: "List the model names that mean something, and exit.")
    var models = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is \(port); expected 0 to 65535") }
        guard latencyMs >= 0, tokensPerSecond >= 0, outputTokens > 0 else {
            throw ValidationError("--latency-ms and --tokens-per-second are not negative, --output-tokens is positive")
        }
    }

    func run() throws {
        if models {
            for fault in Fault.descriptions { print("\(fault.name)\t\(fault.meaning)") }
            return
        }
        signal(SIGPIPE, SIG_IGN)
        var signals = Self.blockSignals()
        let settings = SimulatorSettings(
            latency: .milliseconds(Int64(latencyMs)), tokensPerSecond: tokensPerSecond, outputTokens: outputTokens)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let simulator = Simulator(settings: settings)
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline(withErrorHandling: true).flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(simulator: simulator))
                }
            }
            .bind(host: host, port: port).wait()
        let bound = channel.localAddress?.port ?? port
        print("llmgw-sim listening on http://\(host):\(bound) (simulated provider)")
        fflush(nil)
        var received: CInt = 0
        sigwait(&signals, &received)
        try channel.close().wait()
    }

    /// The signals that end the program. Blocked before any thread starts, so that every thread inherits it and `sigwait` alone gets them.
    private static func blockSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }
}
