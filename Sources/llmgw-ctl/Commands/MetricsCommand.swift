import ArgumentParser
import LLMGWCore
import LLMGatewayClient

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Print what a monitoring system collects. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl metrics | grep llmgw_requests\n  llmgw-ctl metrics --format openmetrics")

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("How it is written; without it, prometheus.", valueName: "format"))
    var format: Choice<MetricsFormat>?

    func run() async throws {
        let metrics = try await connection.withClient { try await $0.metrics(format?.value) }
        Terminal.write(Terminal.sanitised(metrics.text))
    }
}
