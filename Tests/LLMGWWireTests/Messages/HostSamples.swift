import LLMGWCore
import LLMGWWire

extension MessageSample {
    /// What the person in charge of the host does, and watches.
    static let host: [MessageSample] = [
        MessageSample("dry", ReloadCommand(dryRun: true)),
        MessageSample(
            "full",
            ReloadReport(
                applied: true,
                changes: [
                    SettingChange(key: "models.大.provider", oldValue: "\"a\"", newValue: "", needsRestart: true),
                    SettingChange(key: "", oldValue: nil, newValue: nil),
                ],
                problems: [
                    SettingProblem(file: "/etc/配置.toml", line: 0, key: "k", message: "错"), SettingProblem(),
                ], path: "/etc/配置.toml")),
        MessageSample("empty", ReloadReport()),
        MessageSample("full", UpgradeCommand(timeout: .seconds(10))),
        MessageSample("plain", UpgradeCommand()),
        MessageSample(
            "full",
            UpgradeReport(
                done: true, pid: 77, version: "1.2.3", problems: ["配置: 错误", ""], inFlight: 3, grace: .seconds(5))),
        MessageSample("plain", UpgradeReport()),
        MessageSample("full", DrainCommand(grace: .zero)),
        MessageSample("plain", DrainCommand()),
        MessageSample("full", DrainReport(inFlight: 3, grace: .milliseconds(5))),
        MessageSample(
            "full", PauseCommand(scope: "model/大", reason: "维护", ttl: .milliseconds(1), refuse: true)),
        MessageSample("plain", PauseCommand()),
        MessageSample("full", PauseOutcome(found: true, pauses: [somePause, PauseStatus()])),
        MessageSample("full", ResumeCommand(scope: "all")),
        MessageSample("plain", ResumeCommand()),
        MessageSample("full", ResumeOutcome(found: true, pauses: [somePause])),
        MessageSample(
            "full",
            EventFilter(
                kinds: [.request, .breaker, .init(rawValue: "未来")], minSeverity: .warning, client: "甲", model: "大",
                provider: "p", failuresOnly: true)),
        MessageSample("empty", EventFilter()),
        MessageSample(
            "full",
            GatewayEvent(
                sequence: .max, time: UnixTime(milliseconds: 1), kind: .request, severity: .error,
                subject: "client/甲", message: "失败", request: someRecord,
                details: [Label(key: "from", value: "closed"), Label(key: "", value: "值")], dropped: 3)),
        MessageSample(
            "plain",
            GatewayEvent(time: UnixTime(milliseconds: 0), kind: .init(rawValue: ""), severity: .init(rawValue: ""))),
        MessageSample("full", EventSummary(delivered: 1, dropped: 2)),
        MessageSample("full", SlowRequestQuery(max: 1)),
        MessageSample(
            "full", SlowRequestReport(requests: [someRecord, RequestRecord()], threshold: .milliseconds(100))),
        MessageSample("empty", SlowRequestReport()),
        MessageSample("full", LatencyQuery(by: .client)),
        MessageSample("plain", LatencyQuery()),
        MessageSample(
            "full",
            LatencyReport(
                rows: [
                    LatencyRow(
                        name: "大", span: .firstToken, count: 4, p50: .zero, p95: .microseconds(Int64(2)),
                        p99: .microseconds(Int64(3)), max: .seconds(1)),
                    LatencyRow(span: .init(rawValue: "未来")),
                ], window: .zero)),
        MessageSample("full", MetricsQuery(format: .openmetrics)),
        MessageSample("plain", MetricsQuery()),
        MessageSample("full", MetricsText(contentType: "text/plain", text: "llmgw_up{模=\"大\"} 1\n")),
    ]
}

let somePause = PauseStatus(
    scope: "provider/供", by: "uid 0", reason: "供应商维护", remaining: .zero, refuse: true)

private let someRecord = RequestRecord(
    requestID: "8f3a61c200000017", operation: "Chat", model: "大", provider: "p", client: "甲", uid: .max,
    priority: .normal, reason: .rateLimited, attempts: 2,
    latency: Latency(
        queue: .zero, firstToken: .microseconds(Int64(1)), total: .microseconds(Int64(2)),
        overhead: .microseconds(Int64(3))),
    usage: someUsage, cost: someCosts[0], cache: .stale, started: UnixTime(milliseconds: 5), stream: true)
