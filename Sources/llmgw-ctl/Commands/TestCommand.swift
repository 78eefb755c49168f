import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Ask every deployment of a model, or of all, for one token. For administrators.",
        discussion: """
            Every answer is shown as soon as it is there. The status is 5 if one of them failed. Providers may charge for the \
            token.

            EXAMPLES
              llmgw-ctl test
              llmgw-ctl test small --json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "A model's name or alias; all models without it.")
    var model: String?

    func run() async throws {
        let (results, summary) = try await connection.withClient { client in
            let stream = try await client.testModels(model)
            var results: [ModelTestResult] = []
            for try await result in stream {
                results.append(result)
                if !output.json { Terminal.write(Terminal.oneLine(Self.line(result)) + "\n") }
            }
            return (results, try await stream.reply)
        }
        if output.json {
            JSON.print { $0.tests(results, summary) }
        } else {
            Terminal.write("\(summary.ok) ok, \(summary.failed) failed\n")
        }
        guard summary.failed == 0 else {
            throw ToolFailure(.upstream, "\(summary.failed) of \(summary.ok + summary.failed) deployments failed")
        }
    }

    private static func line(_ result: ModelTestResult) -> String {
        let target = "\(result.model)/\(result.deployment) at \(result.provider)"
        guard let error = result.error else {
            let first = result.firstToken.map { "first token \($0.short), " } ?? ""
            return "ok      \(target): \(first)total \(result.duration.short)"
        }
        let status = error.upstreamStatus.map { " (HTTP \($0))" } ?? ""
        return "failed  \(target): \(error.reason)\(status) after \(result.duration.short): \(error.message)"
    }
}

extension JSONWriter {
    fileprivate mutating func tests(_ results: [ModelTestResult], _ summary: ModelTestSummary) {
        object {
            $0.array("results", results) { writer, result in
                writer.object {
                    $0.member("model", result.model)
                    $0.member("deployment", result.deployment)
                    $0.member("provider", result.provider)
                    $0.member("ok", result.error == nil)
                    $0.member("reason", result.error?.reason.name)
                    $0.member("message", result.error?.message)
                    $0.member("http_status", result.error?.upstreamStatus)
                    $0.member("duration_us", result.duration.wholeMicroseconds)
                    $0.member("first_token_us", result.firstToken?.wholeMicroseconds)
                }
            }
            $0.member("ok", summary.ok)
            $0.member("failed", summary.failed)
        }
    }
}
