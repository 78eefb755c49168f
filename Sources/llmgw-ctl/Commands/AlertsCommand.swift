import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Show the configured thresholds, and which of them are exceeded.",
        discussion: """
            EXAMPLES
              llmgw-ctl alerts
              llmgw-ctl alerts --json | jq '.[] | select(.state == "firing")'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let alerts = try await connection.withClient { try await $0.listAlerts() }
        guard !output.json else { return JSON.print { $0.array(alerts) { $0.alert($1) } } }
        var table = Table("ALERT", "SEVERITY", "STATE", "SINCE", "METRIC", "SUBJECT", "VALUE", "THRESHOLD")
        for a in alerts {
            table.add(
                a.name, a.severity.rawValue, a.state.rawValue, a.since.short, a.metric, a.subject,
                (a.value?.short).orDash, a.threshold.short)
        }
        Terminal.write(table.text)
    }
}

extension JSONWriter {
    fileprivate mutating func alert(_ alert: AlertStatus) {
        object {
            $0.member("name", alert.name)
            $0.member("severity", alert.severity.rawValue)
            $0.member("state", alert.state.rawValue)
            $0.member("metric", alert.metric)
            $0.member("subject", alert.subject)
            $0.member("value", alert.value)
            $0.member("threshold", alert.threshold)
            $0.member("since_ms", alert.since.wholeMilliseconds)
        }
    }
}
