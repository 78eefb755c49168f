import LLMGWCore
import LLMGWJSON
import Testing

@testable import llmgw_ctl

@Suite("Rates of top")
struct TopHistoryTests {
    private let total: (TopSample) -> UInt64? = { $0.status.totals.requests }

    @Test("One look has no rate")
    func one() {
        let history = Samples.history(Samples.sample(requests: 9))
        #expect(history.rate(total) == nil)
        #expect(history.share({ $0.status.totals.failed }, of: total) == nil)
    }

    @Test("Rates are those of the window, not of the last look")
    func window() {
        var history = TopHistory()
        for second in UInt64(0)...30 { history.add(Samples.sample(at: 100 + second, requests: second * second)) }
        // From the square of 20 to that of 30.
        #expect(history.rate(total) == 50)
        #expect(history.samples.count == 11)
    }

    @Test("An interval longer than the window has a rate too")
    func rare() {
        let history = Samples.history(
            Samples.sample(at: 100), Samples.sample(at: 160, requests: 60), Samples.sample(at: 220, requests: 240))
        #expect(history.rate(total) == 3)
    }

    @Test("A daemon that was started anew has its own history")
    func restart() {
        let history = Samples.history(
            Samples.sample(at: 100, requests: 50), Samples.sample(at: 101, requests: 1, pid: 8))
        #expect(history.samples.count == 1)
        #expect(history.rate(total) == nil)
    }

    @Test("Figures of the whole")
    func figures() {
        var last = Samples.sample(at: 110, requests: 40, failed: 5, output: 200)
        last.latencies[.model] = [
            LatencyRow(name: "a", span: .firstToken, count: 1, p50: .seconds(9)),
            LatencyRow(name: "大模型", span: .firstToken, count: 30, p50: .milliseconds(120), p95: .milliseconds(800)),
            LatencyRow(name: "大模型", span: .total, count: 40, p50: .seconds(2)),
        ]
        let figures = TopFigures(Samples.history(Samples.sample(at: 100), last), last)
        #expect(figures.requestsPerSecond == 4)
        #expect(figures.outputTokensPerSecond == 20)
        #expect(figures.waiting == 5)
        #expect(figures.failedShare == 0.125)
        #expect(figures.hitRate == 0.25)
        #expect(figures.firstToken?.name == "大模型")
        #expect(figures.firstToken?.p95 == .milliseconds(800))
    }

    @Test(
        "Where no latencies are kept, a model's only deployment says how long first tokens take; several do not add up")
    func deployments() {
        func deployment(_ model: String, _ name: String) -> DeploymentStatus {
            DeploymentStatus(
                model: model, name: name, provider: "上游", upstreamModel: "", state: .healthy, breaker: .closed,
                successes: 3,
                firstToken: LatencyQuantiles(p50: .milliseconds(1), p95: .milliseconds(2), p99: .milliseconds(3)))
        }
        var sample = Samples.sample()
        sample.deployments = [deployment("一", "x"), deployment("二", "x"), deployment("二", "y")]
        #expect(sample.firstTokens(.model).map(\.name) == ["一"])
        #expect(sample.firstTokens(.provider).isEmpty)
        sample.latencies[.model] = []
        #expect(sample.firstTokens(.model).isEmpty)
    }
}
