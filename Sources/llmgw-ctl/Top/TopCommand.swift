import ArgumentParser
import Glibc
import LLMGWCore
import LLMGatewayClient

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Watch the gateway at work: a live screen of what runs and how it fares.",
        discussion: """
            Shows your requests and clients, or all for administrators. Press ? for the keys. --once looks twice, \
            --interval apart, because rates need it, and prints one frame as text.

            EXAMPLES
              llmgw-ctl top
              llmgw-ctl top --once --interval 10s
              llmgw-ctl top --once --json | jq .requests_per_second
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print one frame as text, and end.")
    var once = false

    @Option(help: ArgumentHelp("Time between two looks; without it, 2s.", valueName: "duration"))
    var interval: TimeSpan?

    @Option(help: ArgumentHelp("With --once, widest line; without it, as wide as needed.", valueName: "columns"))
    var width: Int?

    private var pause: Duration { interval?.duration ?? .seconds(2) }

    func validate() throws {
        guard pause >= .milliseconds(100) else { throw ValidationError("--interval is at least 100ms") }
        if output.json, !once { throw ValidationError("--json goes with --once: a live screen is for people") }
        if let width {
            guard once, !output.json else { throw ValidationError("--width is for the text of --once") }
            guard width >= 1 else { throw ValidationError("--width is a number above 0") }
        }
    }

    func run() async throws {
        if !once { try Self.requireTerminal() }
        try await connection.withClient(patience: .seconds(10)) { client in
            let first = try await TopCollector(client: client).sample()
            guard once else { return try await TopSession(client, first, interval: pause).run() }
            var history = TopHistory()
            history.add(first)
            try await Task.sleep(for: pause)
            let sample = try await TopCollector(client: client).sample()
            history.add(sample)
            if output.json {
                JSON.print { $0.top(history, sample) }
            } else {
                Terminal.write(TopFrame(history: history).text(columns: width ?? 10_000))
            }
        }
    }

    private static func requireTerminal() throws(ToolFailure) {
        let isDumb = getenv("TERM").map { ["", "dumb"].contains(String(cString: $0)) } ?? true
        guard isatty(STDIN_FILENO) == 1, Terminal.isInteractive, !isDumb else {
            throw ToolFailure(.usage, "a live screen needs a terminal\nUse --once for one frame as text.")
        }
    }
}
