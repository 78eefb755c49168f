import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Show how a request came to its end, attempt by attempt: one of yours, or any for administrators.",
        discussion: """
            The id is in every answer and in every error. The daemon remembers the last requests only.

            EXAMPLES
              llmgw-ctl why 8f3a61c200000017
              llmgw-ctl why 8f3a61c200000017 --json | jq '.steps[].reason'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The request's id.")
    var id: String

    func run() async throws {
        guard let trace = try await connection.withClient({ try await $0.explain(id) }) else {
            throw ToolFailure(.failure, "the request \(id) is not remembered, or it is not yours")
        }
        guard !output.json else { return JSON.print { $0.trace(trace) } }
        Terminal.write(
            Terminal.sanitised(
                "request \(trace.requestID): \(trace.operation) of \(trace.model) by uid \(trace.uid), "
                    + "\(trace.age.short) ago\n"))
        var table = Table("AT", "DECISION", "MODEL", "DEPLOYMENT", "WAITED", "TOOK", "OUTCOME", "DETAIL")
        for step in trace.steps {
            table.add(
                step.at.short, step.decision.rawValue, Self.orDash(step.model), Self.orDash(step.deployment),
                (step.wait?.short).orDash, (step.duration?.short).orDash, Self.outcome(step), Self.orDash(step.detail))
        }
        Terminal.write(table.text + Terminal.sanitised(Self.end(trace)) + "\n")
    }

    private static func orDash(_ text: String) -> String { text.isEmpty ? "-" : text }

    /// Only an attempt has an outcome.
    private static func outcome(_ step: TraceStep) -> String {
        guard let reason = step.reason else { return step.duration == nil ? "-" : "ok" }
        return reason.name + (step.httpStatus.map { " (HTTP \($0))" } ?? "")
    }

    private static func end(_ trace: RequestTrace) -> String {
        if trace.isRunning { return "still running" }
        return trace.reason.map { "failed: \($0)" } ?? "succeeded"
    }
}

extension JSONWriter {
    fileprivate mutating func trace(_ trace: RequestTrace) {
        object {
            $0.member("request_id", trace.requestID)
            $0.member("operation", trace.operation)
            $0.member("model", trace.model)
            $0.member("uid", trace.uid)
            $0.member("started_ms_ago", trace.age.wholeMilliseconds)
            $0.member("running", trace.isRunning)
            $0.member("reason", trace.reason?.name)
            $0.array("steps", trace.steps) { writer, step in
                writer.object {
                    $0.member("at_us", step.at.wholeMicroseconds)
                    $0.member("decision", step.decision.rawValue)
                    $0.member("model", step.model)
                    $0.member("deployment", step.deployment)
                    $0.member("detail", step.detail)
                    $0.member("wait_us", step.wait?.wholeMicroseconds)
                    $0.member("reason", step.reason?.name)
                    $0.member("http_status", step.httpStatus)
                    $0.member("duration_us", step.duration?.wholeMicroseconds)
                }
            }
        }
    }
}
