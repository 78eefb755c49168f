import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Usage ledger")
struct UsageLedgerTests {
    private let directory: TemporaryDirectory
    /// 2026-11-21 00:00:00 UTC in milliseconds.
    private let midnight: Int64 = 1_795_219_200_000

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open() throws -> UsageLedger {
        try UsageLedger(.init(path: directory("ledger.db")))
    }

    private func record(
        at time: Int64, client: String = "李雷", model: String = "gpt", provider: String = "openai", cost: UsageCost?,
        outcome: String = "ok"
    ) -> UsageRecord {
        UsageRecord(
            time: time, uid: 1_000, client: client, operation: "Chat", model: model, provider: provider,
            deployment: "\(provider)/\(model)", inputTokens: 10, outputTokens: 5, cachedInputTokens: 3,
            reasoningTokens: nil, cost: cost, outcome: outcome, attempts: 2, duration: 1_500, queued: 20,
            firstContent: 700, cache: "miss")
    }

    private func dollars(_ micros: Int64) -> UsageCost { UsageCost(micros: micros, currency: "USD") }

    @Test func givesBackWhatWasAppended() async throws {
        let ledger = try open()
        let first = record(at: midnight, cost: dollars(70))
        var second = record(at: midnight + 1, client: "Zoë", cost: nil, outcome: "llmgw.upstream.timeout")
        second.inputTokens = nil
        second.firstContent = nil
        ledger.append(first)
        ledger.append(second)
        #expect(try await ledger.records(UsageQuery(), limit: 10) == [second, first])
        #expect(try await ledger.records(UsageQuery(), limit: 1, offset: 1) == [first])
        #expect(try await ledger.records(UsageQuery(client: "Zoë"), limit: 10) == [second])
        await ledger.close()
    }

    @Test func keepsEstimatesApart() async throws {
        let ledger = try open()
        var broken = record(at: midnight, cost: dollars(30), outcome: "llmgw.upstream.stream_truncated")
        (broken.inputTokens, broken.outputTokens) = (nil, nil)
        (broken.estimatedInputTokens, broken.estimatedOutputTokens) = (7, 2)
        ledger.append(broken)
        ledger.append(record(at: midnight + 1, cost: dollars(4)))
        #expect(try await ledger.records(UsageQuery(), limit: 10).last == broken)
        let all = try #require(try await ledger.totals(UsageQuery()).first)
        #expect((all.calls, all.estimated) == (2, 1))
        #expect(all.costs == ["USD": 34])
        #expect((all.inputTokens, all.outputTokens) == (10, 5))
        #expect((all.estimatedInputTokens, all.estimatedOutputTokens) == (7, 2))
        await ledger.close()
    }

    @Test func addsUpByDimensionsAndKeepsCurrenciesAndTheUnpricedApart() async throws {
        let ledger = try open()
        ledger.append(record(at: midnight - 1, cost: dollars(1)))
        ledger.append(record(at: midnight, cost: dollars(20)))
        ledger.append(record(at: midnight, cost: UsageCost(micros: 300, currency: "CNY")))
        ledger.append(record(at: midnight, cost: nil, outcome: "llmgw.upstream.timeout"))
        ledger.append(record(at: midnight, client: "Zoë", model: "claude", provider: "anthropic", cost: dollars(4_000)))

        let all = try #require(try await ledger.totals(UsageQuery()).first)
        #expect(all.calls == 5)
        #expect(all.failures == 1)
        #expect(all.unpriced == 1)
        #expect(all.costs == ["USD": 4_021, "CNY": 300])
        #expect((all.inputTokens, all.outputTokens, all.cachedInputTokens, all.reasoningTokens) == (50, 25, 15, 0))

        let days = try await ledger.totals(UsageQuery(client: "李雷"), by: [.client, .day])
        #expect(days.map { $0.group[.day] } == ["2026-11-20", "2026-11-21"])
        #expect(days.map { $0.group[.client] } == ["李雷", "李雷"])
        #expect(days.map(\.calls) == [1, 3])

        let since = try await ledger.totals(UsageQuery(since: midnight), by: [.client, .provider])
        #expect(since.map { [$0.group[.client], $0.group[.provider]] } == [["Zoë", "anthropic"], ["李雷", "openai"]])
        #expect(since.map(\.costs) == [["USD": 4_000], ["USD": 20, "CNY": 300]])

        #expect(try await ledger.totals(UsageQuery(until: midnight)).map(\.calls) == [1])
        #expect(try await ledger.totals(UsageQuery(uid: 7)) == [])
        for dimension in UsageQuery.Dimension.allCases {
            #expect(try await ledger.totals(UsageQuery(), by: [dimension]).reduce(0) { $0 + $1.calls } == 5)
        }
        await ledger.close()
    }

    @Test func whatAnotherProviderTookIsItsCostAndNoCall() async throws {
        let ledger = try open()
        ledger.append(record(at: midnight, provider: "贵", cost: dollars(20)))
        var part = record(at: midnight, provider: "本地", cost: dollars(3))
        (part.inputTokens, part.outputTokens, part.cachedInputTokens) = (nil, nil, nil)
        (part.attempts, part.cache) = (0, UsageRecord.part)
        ledger.append(part)
        let all = try #require(try await ledger.totals(UsageQuery()).first)
        #expect((all.calls, all.failures, all.unpriced, all.estimated) == (1, 0, 0, 0))
        #expect(all.costs == ["USD": 23])
        let providers = try await ledger.totals(UsageQuery(), by: [.provider])
        #expect(providers.map { $0.group[.provider] } == ["本地", "贵"])
        #expect(providers.map(\.calls) == [0, 1])
        #expect(providers.map(\.costs) == [["USD": 3], ["USD": 20]])
        await ledger.close()
    }

    @Test func survivesAbsurdFigures() async throws {
        let ledger = try open()
        var absurd = record(at: midnight, cost: dollars(.max))
        absurd.inputTokens = .max
        ledger.append(absurd)
        ledger.append(absurd)
        #expect(try await ledger.totals(UsageQuery()).first?.calls == 2)
        await ledger.close()
    }

    @Test func keepsEverythingOverARestart() async throws {
        var ledger = try open()
        for number in 0..<1_000 { ledger.append(record(at: midnight + Int64(number), cost: nil)) }
        await ledger.close()
        #expect(ledger.status.state == .closed)
        ledger.append(record(at: midnight, cost: nil))
        #expect(ledger.status.refused == 1)
        await #expect(throws: StorageError.self) { try await ledger.totals(UsageQuery()) }

        ledger = try open()
        #expect(try await ledger.totals(UsageQuery()).first?.calls == 1_000)
        await ledger.close()
    }
}
