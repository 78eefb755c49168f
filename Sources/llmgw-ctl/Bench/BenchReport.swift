import LLMGWCore
import LLMGWJSON

extension BenchSummary {
    /// For people.
    var text: String {
        var text = """
            \(requests) requests in \(wall.short): \(succeeded) succeeded, \(requests - succeeded) failed, \
            \((perSecond?.oneDecimal).orDash) requests/s

            """
        var table = Table("", "MIN", "P50", "P95", "P99", "MAX")
        for (name, quantiles) in [("latency", total), ("first token", firstToken), ("gateway's part", overhead)] {
            guard let q = quantiles else { continue }
            table.add(name, q.min.short, q.p50.short, q.p95.short, q.p99.short, q.max.short)
        }
        if total != nil { text += table.text }
        for (reason, count) in errors { text += "\(count) × \(reason)\n" }
        if !cacheStates.isEmpty {
            text += "cache: " + cacheStates.map { "\($0.count) \($0.state)" }.joined(separator: ", ") + "\n"
        }
        text += "tokens: \(usage.inputTokens.orDash) in, \(usage.outputTokens.orDash) out; cost: \(costs.text)\n"
        if !providers.isEmpty { text += Terminal.oneLine("answered by: \(providers.joined(separator: ", "))") + "\n" }
        return text
    }
}

extension JSONWriter {
    mutating func summary(_ summary: BenchSummary) {
        object {
            $0.member("wall_us", summary.wall.wholeMicroseconds)
            $0.member("requests", summary.requests)
            $0.member("succeeded", summary.succeeded)
            $0.member("failed", summary.requests - summary.succeeded)
            $0.member("requests_per_second", summary.perSecond)
            $0.quantiles("latency_us", summary.total)
            $0.quantiles("first_token_us", summary.firstToken)
            $0.quantiles("overhead_us", summary.overhead)
            $0.object("errors") { writer in
                for (reason, count) in summary.errors {
                    writer.key(text: reason.name)
                    writer.integer(count)
                }
            }
            $0.object("cache") { writer in
                for (state, count) in summary.cacheStates {
                    writer.key(text: state)
                    writer.integer(count)
                }
            }
            $0.member("providers", summary.providers)
            $0.member("usage", summary.usage)
            $0.member("costs", summary.costs)
        }
    }

    private mutating func quantiles(_ key: StaticString, _ quantiles: Quantiles?) {
        guard let quantiles else { return }
        self.key(key)
        object {
            $0.member("min", quantiles.min.wholeMicroseconds)
            $0.member("p50", quantiles.p50.wholeMicroseconds)
            $0.member("p95", quantiles.p95.wholeMicroseconds)
            $0.member("p99", quantiles.p99.wholeMicroseconds)
            $0.member("max", quantiles.max.wholeMicroseconds)
        }
    }
}
