import LLMGWCore
import LLMGWWire

extension MessageSample {
    /// What administration shows of quota.
    static let quota: [MessageSample] = [
        MessageSample(
            "full",
            LimitList(limits: [
                LimitStatus(
                    scope: "client/甲/model/大", kind: .inputTokensPerMinute, limit: 90, effectiveLimit: 81, used: 7,
                    reserved: 6, debt: .max, resets: .milliseconds(5), gate: .milliseconds(4), source: .provider),
                LimitStatus(
                    scope: "", kind: .init(rawValue: "未来"), limit: 0, resets: .zero, gate: .zero, source: .learned),
                LimitStatus(scope: "provider/p", kind: .concurrency, source: .configured),
            ])),
        MessageSample("empty", LimitList()),
        MessageSample(
            "full",
            QueueReport(
                queues: [
                    QueueStatus(
                        client: "甲", uid: .max, priority: .batch, waiting: 3, maxWaiting: 64,
                        oldest: .milliseconds(9), virtualTokens: 1.5, weight: 0.5),
                    QueueStatus(oldest: .zero),
                ], waiting: 5, maxWaiting: 1024)),
        MessageSample("empty", QueueReport()),
        MessageSample(
            "full",
            ClientList(clients: [
                ClientAccount(
                    name: "甲", uid: 1, gid: 2, policy: "默认", weight: 3, priority: .interactive, connections: 4,
                    inFlight: 5, waiting: 6, counts: someCounts, usage: someUsage, costs: someCosts,
                    unit: "a.service", executable: "/usr/bin/甲", models: ["大", ""]),
                ClientAccount(),
            ])),
        MessageSample(
            "full",
            UsageReportQuery(
                by: UsageGrouping.allCases, from: UnixTime(milliseconds: -1), to: UnixTime(milliseconds: .max),
                client: "甲", model: "大", provider: "p", rows: 9)),
        MessageSample("empty", UsageReportQuery()),
        MessageSample(
            "full",
            UsageReport(
                rows: [
                    UsageRow(
                        client: "甲", model: "大", provider: "p", day: "2026-11-21", counts: someCounts, cached: 1,
                        usage: someUsage, estimatedUsage: Usage(outputTokens: 0), estimatedRequests: 2,
                        costs: someCosts, unpricedRequests: 3),
                    UsageRow(),
                ], truncated: true, from: UnixTime(milliseconds: 0), to: UnixTime(milliseconds: 1))),
        MessageSample("empty", UsageReport()),
        MessageSample(
            "full",
            BudgetList(budgets: [
                BudgetStatus(
                    scope: "client/甲", period: .month, spent: someCosts[0], reserved: someCosts[1],
                    warn: Cost(micros: 0, currency: ""), stop: someCosts[0], state: .warning, ends: .milliseconds(1),
                    unpricedRequests: 2),
                BudgetStatus(scope: "", period: .day, state: .init(rawValue: "")),
            ])),
    ]
}

let someCounts = RequestCounts(requests: 9, succeeded: 6, failed: 2, cancelled: 1)
let someUsage = Usage(inputTokens: 1, outputTokens: 0, cachedInputTokens: 3, totalTokens: .max)
let someCosts = [Cost(micros: 12_345, currency: "EUR"), Cost(micros: .min, currency: "CNY")]
