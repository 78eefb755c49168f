/// The reference page of the metrics, written from the table that the exporter uses.
public enum MetricsReference {
    public static var markdown: String {
        var lines = [
            "# Metrics",
            "",
            "Written by `make docs` from the table of the exporter; do not edit. `llmgw-ctl metrics` prints them, and Prometheus can collect them",
            "from `metrics.socket` or `metrics.listen` ([configuration.md](configuration.md)). Text format 0.0.4, or OpenMetrics 1.0 where the `Accept`",
            "header or `--format openmetrics` asks for it. [examples/observability](../examples/observability) has a Grafana dashboard and alert rules.",
            "",
            "* Values of labels come from the configuration and from tables of the program, never from a caller's text: the number of series is",
            "  bounded. Models and providers have the names of the configuration.",
            "* What the configuration allows is there from the start, with 0. What a reload removes goes on until the daemon ends.",
            "* `gen_ai_*` are OpenTelemetry's conventions for generative AI. Tokens are those that an upstream counted; there are no estimates.",
            "  Answers from the cache count in `llmgw_requests_total`, and not in `gen_ai_*`.",
            "* Counters start at 0 with the daemon. Times are in seconds.",
        ]
        for (title, families) in MetricFamily.groups {
            lines += ["", "## \(title)", "", "| metric | type | labels | meaning |", "|---|---|---|---|"]
            for family in families {
                let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
                lines.append("| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
