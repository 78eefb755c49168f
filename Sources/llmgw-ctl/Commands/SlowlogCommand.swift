import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct SlowlogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slowlog", abstract: "Show the slowest of the last requests: yours, or all for administrators.",
        discussion: """
            QUEUE, FIRST TOKEN and OVERHEAD say where the time went: waiting, the upstream, or the gateway itself.

            EXAMPLES
              llmgw-ctl slowlog --max 10
              llmgw-ctl slowlog --json | jq '.requests[0]'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var max: UInt32?

    func validate() throws {
        if max == 0 { throw ValidationError("--max is a number above 0") }
    }

    func run() async throws {
        let report = try await connection.withClient { try await $0.slowRequests(max: max) }
        guard !output.json else { return JSON.print { $0.report(report) } }
        var table = Table(
            "ID", "BEGAN", "OPERATION", "MODEL", "PROVIDER", "CLIENT", "TOTAL", "QUEUE", "FIRST TOKEN", "OVERHEAD",
            "ATTEMPTS", "OUTCOME")
        for r in report.requests {
            let latency = r.latency
            table.add(
                r.requestID, r.started.orDash, r.operation, r.model, r.provider, r.client,
                (latency?.total.short).orDash,
                (latency?.queue.short).orDash, (latency?.firstToken?.short).orDash, (latency?.overhead.short).orDash,
                "\(r.attempts)", r.reason?.name ?? "ok")
        }
        let threshold = report.threshold.map { "remembered: what takes \($0.short) or longer\n" } ?? ""
        Terminal.write(table.text + threshold)
    }
}

extension JSONWriter {
    fileprivate mutating func report(_ report: SlowRequestReport) {
        object {
            $0.member("threshold_ms", report.threshold?.wholeMilliseconds)
            $0.array("requests", report.requests) { $0.record($1) }
        }
    }
}
