import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct ReloadSubcommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Have the daemon read its configuration anew. For administrators.",
        discussion: """
            All of it takes effect, or nothing: where there are mistakes, the daemon goes on as before, and the status is 1.

            EXAMPLES
              llmgw-ctl reload --check
              llmgw-ctl reload
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Only say what would change, and what is wrong.")
    var check = false

    func run() async throws {
        let report = try await connection.withClient { try await $0.reload(ReloadCommand(dryRun: check)) }
        output.json ? JSON.print { $0.report(report) } : Terminal.write(Terminal.sanitised(text(report)))
        guard report.problems.isEmpty else {
            let count = report.problems.count
            throw ToolFailure(
                .failure, "the configuration has \(count) \(count == 1 ? "mistake" : "mistakes"); nothing was changed")
        }
    }

    private func text(_ report: ReloadReport) -> String {
        guard report.problems.isEmpty else {
            return report.problems.map { problem in
                let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
                return "\(place): " + (problem.key.map { "\($0): " } ?? "") + problem.message + "\n"
            }.joined()
        }
        guard !report.changes.isEmpty else { return "nothing has changed\n" }
        var lines = report.changes.map { change in
            "\(change.key): \(change.oldValue ?? "not set") → \(change.newValue ?? "not set")"
                + (change.needsRestart ? "  (with the next start)" : "")
        }
        let restart = report.changes.count(where: \.needsRestart)
        lines.append(
            "\(report.applied ? "reloaded" : "would reload"): \(report.changes.count) settings changed"
                + (restart > 0 ? ", \(restart) of them need a restart" : ""))
        return lines.joined(separator: "\n") + "\n"
    }
}

extension JSONWriter {
    fileprivate mutating func report(_ report: ReloadReport) {
        object {
            $0.member("applied", report.applied)
            $0.member("path", report.path)
            $0.array("changes", report.changes) { writer, change in
                writer.object {
                    $0.member("key", change.key)
                    $0.member("old_value", change.oldValue)
                    $0.member("new_value", change.newValue)
                    $0.member("needs_restart", change.needsRestart)
                }
            }
            $0.array("problems", report.problems) { writer, problem in
                writer.object {
                    $0.member("file", problem.file)
                    $0.member("line", problem.line)
                    $0.member("key", problem.key)
                    $0.member("message", problem.message)
                }
            }
        }
    }
}
