import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "Show how long requests take, by model, provider or client.",
        discussion: "EXAMPLES\n  llmgw-ctl latency\n  llmgw-ctl latency --by provider --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("What a row stands for; without it, model.", valueName: "what"))
    var by: Choice<LatencyGrouping>?

    func run() async throws {
        let grouping = by?.value ?? .model
        let report = try await connection.withClient { try await $0.latencies(by: grouping) }
        guard !output.json else { return JSON.print { $0.report(report) } }
        var table = Table([grouping.description.uppercased(), "SPAN", "COUNT", "P50", "P95", "P99", "MAX"])
        for row in report.rows {
            table.add(
                row.name, row.span.rawValue, "\(row.count)", (row.p50?.short).orDash, (row.p95?.short).orDash,
                (row.p99?.short).orDash, (row.max?.short).orDash)
        }
        Terminal.write(table.text + (report.window.map { "of the last \($0.short)\n" } ?? "since the daemon's start\n"))
    }
}

extension JSONWriter {
    fileprivate mutating func report(_ report: LatencyReport) {
        object {
            $0.member("window_ms", report.window?.wholeMilliseconds)
            $0.array("rows", report.rows) { writer, row in
                writer.object {
                    $0.member("name", row.name)
                    $0.member("span", row.span.rawValue)
                    $0.member("count", row.count)
                    $0.member("p50_us", row.p50?.wholeMicroseconds)
                    $0.member("p95_us", row.p95?.wholeMicroseconds)
                    $0.member("p99_us", row.p99?.wholeMicroseconds)
                    $0.member("max_us", row.max?.wholeMicroseconds)
                }
            }
        }
    }
}
