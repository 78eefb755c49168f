import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets",
        abstract: "Show what may be spent, and what was: by your clients, or all for administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl budgets\n  llmgw-ctl budgets --json | jq '.[] | select(.state != \"ok\")'")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let budgets = try await connection.withClient { try await $0.listBudgets() }
        guard !output.json else { return JSON.print { $0.array(budgets) { $0.budget($1) } } }
        guard !budgets.isEmpty else {
            return Terminal.write(
                """
                No budgets that you may see. A client's own appear with its first request.
                Set budget_per_day or budget_per_month in [clients.NAME] or [providers.NAME], and input_price in [models.NAME].

                """)
        }
        var table = Table("SCOPE", "PERIOD", "STATE", "SPENT", "RESERVED", "WARN", "STOP", "ENDS IN", "UNPRICED")
        for b in budgets {
            table.add(
                b.scope, b.period.rawValue, b.state.rawValue, (b.spent?.text).orDash, (b.reserved?.text).orDash,
                (b.warn?.text).orDash, (b.stop?.text).orDash, b.ends.short, "\(b.unpricedRequests)")
        }
        Terminal.write(table.text)
    }
}

extension JSONWriter {
    fileprivate mutating func budget(_ budget: BudgetStatus) {
        object {
            $0.member("scope", budget.scope)
            $0.member("period", budget.period.rawValue)
            $0.member("state", budget.state.rawValue)
            $0.member("spent", budget.spent)
            $0.member("reserved", budget.reserved)
            $0.member("warn", budget.warn)
            $0.member("stop", budget.stop)
            $0.member("ends_ms", budget.ends.wholeMilliseconds)
            $0.member("unpriced_requests", budget.unpricedRequests)
        }
    }
}
