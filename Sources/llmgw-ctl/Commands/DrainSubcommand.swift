import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct DrainSubcommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Let what runs come to its end, then end the daemon. For administrators.",
        discussion: """
            What SIGTERM does. The command returns at once; with socket activation, the next call starts a new daemon.

            EXAMPLES
              llmgw-ctl drain
              llmgw-ctl drain --grace 2m
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "How long what runs may take, such as \"30s\"; without it, server.drain_timeout.", valueName: "duration"))
    var grace: TimeSpan?

    func run() async throws {
        let report = try await connection.withClient { try await $0.drain(DrainCommand(grace: grace?.duration)) }
        guard output.json else {
            return Terminal.write(
                "draining: \(report.inFlight) requests in flight have up to \(report.grace.short)\n")
        }
        JSON.print {
            $0.object {
                $0.member("in_flight", report.inFlight)
                $0.member("grace_ms", report.grace.wholeMilliseconds)
            }
        }
    }
}
