import ArgumentParser
import LLMGWControl
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what was used, from the ledger: by your clients, or by all for administrators.",
        discussion: """
            A time is a day of UTC (2026-11-21), or how long ago (90m, 24h, 7d). What an upstream did not count is estimated, \
            and shown apart; what has no price is not in the cost.

            EXAMPLES
              llmgw-ctl usage
              llmgw-ctl usage --by client --by model --since 7d
              llmgw-ctl usage --by day --since 2026-11-01 --csv > november.csv
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("A row for each client, model, provider or day; may be repeated.", valueName: "what"))
    var by: [Choice<UsageGrouping>] = []

    @Option(help: ArgumentHelp("From then on.", valueName: "time"))
    var since: PointInTime?

    @Option(help: ArgumentHelp("Up to then.", valueName: "time"))
    var until: PointInTime?

    @Option(help: ArgumentHelp("Only this client.", valueName: "name"))
    var client: String?

    @Option(help: ArgumentHelp("Only this model.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Only this provider.", valueName: "name"))
    var provider: String?

    @Flag(help: "Print comma-separated values, for spreadsheets.")
    var csv = false

    func validate() throws {
        if csv, output.json { throw ValidationError("--csv and --json: only one of them") }
    }

    func run() async throws {
        let query = UsageReportQuery(
            by: by.map(\.value), from: since?.time, to: until?.time, client: client, model: model, provider: provider)
        let report = try await connection.withClient { try await $0.usage(query) }
        if output.json {
            JSON.print { $0.report(report) }
        } else if csv {
            Terminal.write(UsageCSV.text(report, by: query.by))
        } else {
            Terminal.write(Self.text(report, by: query.by))
        }
        if report.truncated { Terminal.note("(there is more: ask for a shorter time, or for less detail)") }
    }

    private static func text(_ report: UsageReport, by groupings: [UsageGrouping]) -> String {
        var table = Table(
            groupings.map { $0.description.uppercased() } + [
                "REQUESTS", "FAILED", "CANCELLED", "CACHED", "INPUT", "OUTPUT", "ESTIMATED", "COST", "UNPRICED",
            ])
        for row in report.rows {
            let counts = row.counts
            table.add(
                groupings.map { row.name($0) ?? "-" } + [
                    "\(counts.requests)", "\(counts.failed)", "\(counts.cancelled)", "\(row.cached)",
                    row.usage.inputTokens.orDash, row.usage.outputTokens.orDash, "\(row.estimatedRequests)",
                    row.costs.text, "\(row.unpricedRequests)",
                ])
        }
        let range = [report.from.map { "from \($0)" }, report.to.map { "to \($0)" }].compactMap(\.self)
        return table.text + (range.isEmpty ? "" : range.joined(separator: " ") + "\n")
    }
}

extension UsageRow {
    func name(_ grouping: UsageGrouping) -> String? {
        switch grouping {
        case .client: client
        case .model: model
        case .provider: provider
        case .day: day
        }
    }
}

extension JSONWriter {
    fileprivate mutating func report(_ report: UsageReport) {
        object {
            $0.member("from", report.from?.description)
            $0.member("to", report.to?.description)
            $0.member("truncated", report.truncated)
            $0.array("rows", report.rows) { writer, row in
                writer.object {
                    $0.member("client", row.client)
                    $0.member("model", row.model)
                    $0.member("provider", row.provider)
                    $0.member("day", row.day)
                    $0.members(row.counts)
                    $0.member("cached", row.cached)
                    $0.member("usage", row.usage)
                    $0.member("estimated_usage", row.estimatedUsage)
                    $0.member("estimated_requests", row.estimatedRequests)
                    $0.member("costs", row.costs)
                    $0.member("unpriced_requests", row.unpricedRequests)
                }
            }
        }
    }
}
