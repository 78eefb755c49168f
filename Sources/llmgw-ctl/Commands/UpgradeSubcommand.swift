import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct UpgradeSubcommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Let the program on the disk take the daemon's place, without a pause. For administrators.",
        discussion: """
            The new daemon takes over the sockets when it has read the configuration and is ready; the old one brings what runs to its end. \
            Where the new one does not get ready, the old one goes on, and the status is 1.

            EXAMPLES
              llmgw-ctl upgrade
              llmgw-ctl upgrade --within 10s
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "How long the new daemon may take until it serves, such as \"10s\"; without it, 30 s.",
            valueName: "duration"))
    var within: TimeSpan?

    func run() async throws {
        let report = try await connection.withClient { try await $0.upgrade(UpgradeCommand(timeout: within?.duration)) }
        if output.json {
            JSON.print { $0.report(report) }
        } else {
            Terminal.write(Terminal.sanitised(text(report)))
        }
        guard report.done else { throw ToolFailure(.failure, "the new daemon did not get ready; the old one goes on") }
    }

    private func text(_ report: UpgradeReport) -> String {
        guard report.done else { return report.problems.map { $0 + "\n" }.joined() }
        return "upgraded: version \(report.version ?? "unknown") serves as process \(report.pid ?? 0); "
            + "\(report.inFlight) requests of the old daemon have up to \(report.grace.short)\n"
    }
}

extension JSONWriter {
    fileprivate mutating func report(_ report: UpgradeReport) {
        object {
            $0.member("done", report.done)
            $0.member("pid", report.pid)
            $0.member("version", report.version)
            $0.array("problems", report.problems) { $0.string($1) }
            $0.member("in_flight", report.inFlight)
            $0.member("grace_ms", report.grace.wholeMilliseconds)
        }
    }
}
