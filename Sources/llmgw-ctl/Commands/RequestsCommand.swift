import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "List the requests in flight: yours, or all for administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl requests\n  llmgw-ctl requests --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let requests = try await connection.withClient { try await $0.listRequests() }
            .sorted { ($0.uid, $0.pid, $1.age) < ($1.uid, $1.pid, $0.age) }
        guard !output.json else { return Self.printJSON(requests) }
        var table = Table(
            "ID", "UID", "PID", "CLIENT", "OPERATION", "MODEL", "PROVIDER", "PHASE", "AGE", "LEFT", "LABELS")
        for r in requests {
            let labels = r.labels.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            table.add(
                r.requestID, "\(r.uid)", "\(r.pid)", r.clientName, r.operation + (r.stream ? " (stream)" : ""), r.model,
                r.provider, r.phase.rawValue, r.age.short, (r.remaining?.short).orDash, labels.isEmpty ? "-" : labels)
        }
        Terminal.write(table.text)
    }

    private static func printJSON(_ requests: [RequestSummary]) {
        JSON.print {
            $0.array(requests) { writer, request in
                writer.object {
                    $0.member("request_id", request.requestID)
                    $0.member("uid", request.uid)
                    $0.member("pid", request.pid)
                    $0.member("client_name", request.clientName)
                    $0.member("operation", request.operation)
                    $0.member("stream", request.stream)
                    $0.member("model", request.model)
                    $0.member("provider", request.provider)
                    $0.member("phase", request.phase.rawValue)
                    $0.member("age_ms", request.age.wholeMilliseconds)
                    $0.member("remaining_ms", request.remaining?.wholeMilliseconds)
                    $0.member("bytes_sent", request.bytesSent)
                    $0.object("labels") { writer in
                        for label in request.labels {
                            writer.key(text: label.key)
                            writer.string(label.value)
                        }
                    }
                }
            }
        }
    }
}
