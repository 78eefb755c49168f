import LLMGWCore

/// The ledger's sums as RFC 4180 has it. Amounts of several currencies stand in one cell, in the order of the currencies beside them.
enum UsageCSV {
    static func text(_ report: UsageReport, by groupings: [UsageGrouping]) -> String {
        let heading =
            groupings.map(\.description) + [
                "requests", "succeeded", "failed", "cancelled", "cached", "input_tokens", "output_tokens",
                "cached_input_tokens", "reasoning_tokens", "estimated_requests", "estimated_input_tokens",
                "estimated_output_tokens", "cost", "currency", "unpriced_requests",
            ]
        let rows = report.rows.map { row in groupings.map { row.name($0) ?? "" } + cells(row) }
        return ([heading] + rows).map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cells(_ row: UsageRow) -> [String] {
        let counts = row.counts
        let tokens = [
            row.usage.inputTokens, row.usage.outputTokens, row.usage.cachedInputTokens, row.usage.reasoningTokens,
            row.estimatedRequests, row.estimatedUsage.inputTokens, row.estimatedUsage.outputTokens,
        ]
        return [counts.requests, counts.succeeded, counts.failed, counts.cancelled, row.cached].map { "\($0)" }
            + tokens.map { $0.map { "\($0)" } ?? "" }
            + [
                row.costs.map(\.amount).joined(separator: ";"), row.costs.map(\.currency).joined(separator: ";"),
                "\(row.unpricedRequests)",
            ]
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
