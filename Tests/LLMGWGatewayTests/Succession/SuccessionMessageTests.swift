import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Testing

@testable import LLMGWGateway

@Suite("What a daemon and its successor tell each other")
struct SuccessionMessageTests {
    private static let accounts = [
        HandedAccount(scope: .provider("云/一"), limits: QuotaLimits([.requestsPerMinute: 60, .concurrency: 3])),
        HandedAccount(scope: .model("大"), limits: QuotaLimits()),
        HandedAccount(scope: .deployment(model: "大", name: "a/b"), limits: QuotaLimits([.tokensPerMinute: 1])),
        HandedAccount(scope: .upstream(provider: "云", model: "m\"1\n"), limits: QuotaLimits()),
        HandedAccount(scope: .client("uid/1000"), limits: QuotaLimits([.requestsPerDay: 9])),
        HandedAccount(scope: .clientModel(client: "uid/1000", model: "大"), limits: QuotaLimits()),
    ]
    private static let reservation = HandedReservation(
        number: 7, accounts: accounts, demand: QuotaDemand(inputTokens: 5, outputTokens: 6, maxTokens: 8))
    private static let spending = HandedSpending(
        number: 9, cost: Cost(micros: 12, currency: "CNY"), scopes: [.client("报告"), .provider("云")])
    private static let record = UsageRecord(
        time: 1_795_262_400_000, uid: 1000, client: "uid/1000", operation: "Chat", model: "大", provider: "云",
        deployment: "a", inputTokens: 1, outputTokens: 2, cachedInputTokens: 3, reasoningTokens: 4,
        estimatedInputTokens: 6, estimatedOutputTokens: 7, cost: UsageCost(micros: -5, currency: "USD"), outcome: "ok",
        attempts: 2, duration: 10, queued: 4,
        firstContent: 5, cache: "miss")

    private static let messages: [SuccessionMessage] = [
        .prepared(version: "1.2.3"), .ready, .refused(["第一行", "two\nlines"]), .refused([]), .granted(1),
        .wait(2, .milliseconds(5)), .denied(3), .reservation(reservation),
        .reservation(HandedReservation(number: 1, accounts: [], demand: QuotaDemand(inputTokens: 0))),
        .spending(spending), .spending(HandedSpending(number: 1, cost: nil, scopes: [])),
        .pause(
            HandedPause(
                scope: .model("大/v1"), actor: "uid 0", reason: "维护", left: .seconds(5), refuses: true)),
        .pause(HandedPause(scope: .all, actor: "uid 0", reason: "", left: nil, refuses: false)),
        .take, .go, .ask([reservation], spending), .ask([reservation, reservation], nil), .dispatched(4),
        .settle(5, .notSent), .settle(5, .refused), .settle(5, .unknown), .settle(5, .interrupted(outputTokens: 6)),
        .settle(
            5,
            .used(
                Usage(inputTokens: 1, outputTokens: 2, cachedInputTokens: 3, reasoningTokens: 4, totalTokens: 5))),
        .settle(5, .used(Usage())), .spent(6, [.provider("云")], costs: nil), .spent(6, [], costs: []),
        .spent(6, [.client("报告")], costs: [Cost(micros: 1, currency: "USD"), Cost(micros: 2, currency: "CNY")]),
        .usage(record),
        .usage(
            UsageRecord(
                time: 1, uid: 0, client: "", operation: "", model: "", outcome: "", attempts: 0, duration: 0)),
    ]

    @Test(arguments: messages)
    func comesAsItWasSent(_ message: SuccessionMessage) {
        #expect(SuccessionMessage(message.encoded) == message)
        #expect(!message.encoded.contains(UInt8(ascii: "\n")), "a message is a line")
    }

    @Test("Another version's members and messages do no harm")
    func otherVersions() {
        #expect(SuccessionMessage(Array(#"{"is":"ready","since":5}"#.utf8)) == .ready)
        #expect(SuccessionMessage(Array(#"{"is":"swapped"}"#.utf8)) == nil)
    }

    @Test(
        "What is not whole is none",
        arguments: [
            "", "你好", "[]", #"{"is":7}"#, #"{"is":"granted"}"#, #"{"is":"settle","number":1}"#,
            #"{"is":"settle","number":1,"settlement":"lost"}"#, #"{"is":"ask","reservations":[]}"#,
            #"{"is":"reservation","number":1,"input":1,"output":1,"accounts":[{"scope":["planet","x"]}]}"#,
            #"{"is":"spent","number":1,"scopes":[["client"]]}"#, #"{"is":"usage","time":1}"#,
        ])
    func broken(_ line: String) {
        #expect(SuccessionMessage(Array(line.utf8)) == nil)
    }
}
