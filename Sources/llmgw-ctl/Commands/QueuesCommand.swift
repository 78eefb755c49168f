import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues", abstract: "Show who waits for quota: your clients, or all for administrators.",
        discussion: """
            In each band, the client with the smallest virtual counter is served next: what it has used, in tokens, divided by \
            its weight.

            EXAMPLES
              llmgw-ctl queues
              llmgw-ctl queues --json | jq .waiting
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report = try await connection.withClient { try await $0.listQueues() }
        guard !output.json else { return JSON.print { $0.report(report) } }
        var table = Table("CLIENT", "UID", "BAND", "WAITING", "AT MOST", "OLDEST", "VIRTUAL COUNTER", "WEIGHT")
        for q in report.queues {
            table.add(
                q.client, "\(q.uid)", q.priority.orDash, "\(q.waiting)", q.maxWaiting == 0 ? "-" : "\(q.maxWaiting)",
                (q.oldest?.short).orDash, q.virtualTokens.short, q.weight.short)
        }
        let most = report.maxWaiting == 0 ? "" : ", at most \(report.maxWaiting)"
        Terminal.write(table.text + "all clients: \(report.waiting) waiting\(most)\n")
    }
}

extension JSONWriter {
    fileprivate mutating func report(_ report: QueueReport) {
        object {
            $0.member("waiting", report.waiting)
            $0.member("max_waiting", report.maxWaiting)
            $0.array("queues", report.queues) { writer, queue in
                writer.object {
                    $0.member("client", queue.client)
                    $0.member("uid", queue.uid)
                    $0.member("priority", queue.priority?.description)
                    $0.member("waiting", queue.waiting)
                    $0.member("max_waiting", queue.maxWaiting)
                    $0.member("oldest_ms", queue.oldest?.wholeMilliseconds)
                    $0.member("virtual_tokens", queue.virtualTokens)
                    $0.member("weight", queue.weight)
                }
            }
        }
    }
}
