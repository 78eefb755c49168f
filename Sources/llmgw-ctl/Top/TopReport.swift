import LLMGWCore
import LLMGWJSON

extension JSONWriter {
    /// One look at the gateway, for programs.
    mutating func top(_ history: TopHistory, _ sample: TopSample) {
        let f = TopFigures(history, sample)
        object {
            $0.member("version", sample.status.version)
            $0.member("state", sample.status.state.rawValue)
            $0.member("uptime_ms", sample.status.uptime.wholeMilliseconds)
            $0.member("in_flight", f.inFlight)
            $0.member("waiting", f.waiting)
            $0.member("oldest_waiting_us", f.oldest?.wholeMicroseconds)
            $0.member("requests_per_second", f.requestsPerSecond)
            $0.member("input_tokens_per_second", f.inputTokensPerSecond)
            $0.member("output_tokens_per_second", f.outputTokensPerSecond)
            $0.member("first_token_model", f.firstToken?.name)
            $0.member("first_token_p50_us", f.firstToken?.p50?.wholeMicroseconds)
            $0.member("first_token_p95_us", f.firstToken?.p95?.wholeMicroseconds)
            $0.member("failed", f.failed)
            $0.member("failed_share", f.failedShare)
            $0.member("costs_today", f.costs)
            $0.member("hit_rate", f.hitRate)
            for view in TopView.allCases {
                var table = TopTable(view, history, sample)
                table.sort(by: view.firstOrder)
                $0.key(text: view.name)
                $0.array(table.rows) { writer, row in
                    writer.object { writer in
                        for (column, cell) in zip(table.columns, row.cells) { cell.write(column.key, to: &writer) }
                    }
                }
            }
            $0.member("missing", sample.missing)
        }
    }
}
