import LLMGWCore
import Testing

@testable import LLMGWGateway

@Suite("Writing metrics")
struct MetricsWriterTests {
    private let counter = MetricFamily("things_total", .counter, ["name", "kind"], "Things, \"many\" of them\\.")
    private let histogram = MetricFamily("times_seconds", .histogram, ["name"], "Times.")

    @Test func aCounter() {
        var writer = MetricsWriter(.prometheus)
        writer.add(counter, [(["甲", ""], 3), (["a\"b\\c\nd", "k"], 0.5)])
        #expect(
            writer.finished().text == #"""
                # HELP things_total Things, "many" of them\\.
                # TYPE things_total counter
                things_total{name="甲"} 3
                things_total{name="a\"b\\c\nd",kind="k"} 0.5

                """#)
        #expect(writer.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test func inOpenMetricsAFamilyOfCountersHasNoEnding() {
        var writer = MetricsWriter(.openmetrics)
        writer.add(counter, [(["n", "k"], 1)])
        #expect(
            writer.finished().text == #"""
                # HELP things Things, "many" of them\\.
                # TYPE things counter
                things_total{name="n",kind="k"} 1
                # EOF

                """#)
        #expect(writer.finished().contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    }

    @Test func aHistogram() {
        var values = Histogram(bounds: [0.01, 1])
        for value in [0.005, 0.5, 8] { values.add(value) }
        var writer = MetricsWriter(.prometheus)
        writer.add(histogram, [(["n"], values)])
        #expect(
            writer.finished().text == """
                # HELP times_seconds Times.
                # TYPE times_seconds histogram
                times_seconds_bucket{name="n",le="0.01"} 1
                times_seconds_bucket{name="n",le="1.0"} 2
                times_seconds_bucket{name="n",le="+Inf"} 3
                times_seconds_sum{name="n"} 8.505
                times_seconds_count{name="n"} 3

                """)
    }

    @Test(
        "Bounds are written as Go writes them",
        arguments: [
            (0.01, "0.01"), (1, "1.0"), (81.92, "81.92"), (262_144, "262144.0"), (1_048_576, "1.048576e+06"),
            (16_777_216, "1.6777216e+07"), (1_000_000, "1e+06"), (67_108_864, "6.7108864e+07"),
        ])
    func bounds(value: Double, text: String) {
        #expect(MetricsWriter.bound(value) == text)
    }

    @Test func largeCountsStayExact() {
        var writer = MetricsWriter(.prometheus)
        writer.add(.openFiles, 9_007_199_254_740_992)
        #expect(writer.finished().text.hasSuffix("process_open_fds 9007199254740992\n"))
    }

    @Test func everyMetricIsListedOnce() {
        let names = MetricFamily.groups.flatMap { $0.families.map(\.name) }
        #expect(Set(names).count == names.count)
    }
}
