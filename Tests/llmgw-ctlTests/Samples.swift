import Glibc
import LLMGWCore

@testable import llmgw_ctl

/// What a daemon might say, at a moment of the tests' choice.
enum Samples {
    /// Widths are those of the locale; the tool sets it when it starts.
    static let hasLocale = setlocale(LC_CTYPE, "C.UTF-8") != nil

    static func sample(
        at seconds: UInt64 = 100, requests: UInt64 = 0, failed: UInt64 = 0, output: UInt64 = 0, pid: UInt32 = 7,
        running: [RequestSummary] = []
    ) -> TopSample {
        precondition(hasLocale)
        let counts = RequestCounts(requests: requests, succeeded: requests - failed, failed: failed)
        let status = DaemonStatus(
            version: "1.2.3", pid: pid, uptime: .seconds(Int64(seconds)), state: .serving, connections: 1,
            inFlight: UInt32(running.count), totals: counts, protocolErrors: 0, residentBytes: 0,
            providers: [
                ProviderStatus(
                    name: "上游", kind: "openai", baseURL: "http://127.0.0.1/v1", inFlight: 1, waiting: 2,
                    maxConcurrency: 8, attempts: requests, failures: failed)
            ],
            models: [
                ModelStatus(
                    name: "大模型", provider: "上游", counts: counts, usage: Usage(inputTokens: 5, outputTokens: output))
            ],
            clients: [ClientStatus(uid: 1000, connections: 1, streams: 1, requests: requests)], waiting: 3,
            cache: CacheCounts(hits: 1, misses: 3), costsToday: [Cost(micros: 1_500_000, currency: "EUR")])
        return TopSample(
            time: MonotonicInstant(nanoseconds: seconds * 1_000_000_000), status: status, requests: running)
    }

    static func request(
        _ id: String, model: String = "大模型", client: String = "报告程序", age: Duration = .seconds(3)
    ) -> RequestSummary {
        RequestSummary(
            requestID: id, operation: "Chat", model: model, provider: "上游", phase: .streaming, age: age,
            remaining: nil, uid: 1000, pid: 42, clientName: client, labels: [Label(key: "job", value: "夜间")],
            stream: true, bytesSent: 99)
    }

    static func history(_ samples: TopSample...) -> TopHistory {
        var history = TopHistory()
        for sample in samples { history.add(sample) }
        return history
    }
}
