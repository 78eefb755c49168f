import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("What earlier lives of the daemon granted")
@GatewayLoop
struct QuotaHistoryTests {
    private let scope = QuotaScope.provider("本地")
    private let limits = QuotaLimits([.requestsPerMinute: 10, .requestsPerDay: 10])
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let now = MonotonicInstant.now

    /// A life that grants `count` requests and settles the first of them as said, and the history of the next one.
    private func history(afterGranting count: Int, settled: Settlement? = nil, in directory: String) -> QuotaHistory {
        do {
            let log = QuotaLog(directory: directory, logger: logger)
            var controller = AdmissionController()
            let account = controller.account(scope, QuotaAccountSettings(limits: limits))
            let lane = controller.addLane(queue: controller.addQueue("本地", maxWaiting: 9), accounts: [account])
            for index in 0..<count {
                let request = AdmissionRequest(
                    client: ClientID(index: 0), lane: lane, demand: QuotaDemand(inputTokens: 1),
                    latestStart: .distantFuture)
                guard case .admitted(let grant) = controller.enter(request, now: now) else {
                    Issue.record("there is room")
                    continue
                }
                log.note(grant, controller.book)
                if index == 0, let settled { log.settle(grant.attempt, settled, grant.demand) }
            }
        }
        return QuotaHistory(journal: QuotaLog(directory: directory, logger: logger))
    }

    @Test("What was under way counts in the minute and in the day, once; what was not sent in neither")
    func underWay() throws {
        let directory = try TemporaryDirectory()
        let history = history(afterGranting: 3, settled: .notSent, in: directory.path)
        #expect(history.takeMinute(of: scope, now: .now).map(\.amount) == [1, 1])
        let day = history.takeDay(of: scope, now: .now)
        #expect(day.map(\.amount) == [1, 1])
        #expect(day.allSatisfy { $0.metric == .requestsPerDay && .now - $0.granted < .seconds(60) })
        #expect(history.takeDay(of: scope, now: .now).isEmpty)
    }

    @Test("The ledger knows what was before the journal's day; what both know counts once")
    func ledger() throws {
        let directory = try TemporaryDirectory()
        let history = history(afterGranting: 2, in: directory.path)
        let hourAgo = MonotonicInstant.now + .seconds(-3600)
        history.add(4, of: scope, started: hourAgo + .seconds(-1), ended: hourAgo)
        history.add(1, of: scope, started: hourAgo, ended: .now)
        history.add(1, of: scope, started: hourAgo, ended: .now + .milliseconds(-500))
        let other = QuotaScope.client("别人")
        history.add(5, of: other, started: hourAgo, ended: .now)
        #expect(history.takeDay(of: scope, now: .now).map(\.amount) == [4, 1, 1])
        #expect(history.takeDay(of: other, now: .now).map(\.amount) == [5], "the journal has nothing of it")
    }

    @Test("What a provider told of its limits is there again before it is told anew, with what was granted of it")
    func toldLimits() throws {
        let directory = try TemporaryDirectory()
        let upstream = QuotaScope.upstream(provider: "本地", model: "m")
        let told = QuotaLimits([.tokensPerMinute: 1000, .requestsPerMinute: 5])
        do {
            let log = QuotaLog(directory: directory.path, logger: logger)
            log.limits.note(QuotaLimits([.tokensPerMinute: 400]), of: upstream, now: now)
            log.limits.note(told, of: upstream, now: now + .seconds(1))
            var controller = AdmissionController()
            let account = controller.account(upstream, QuotaAccountSettings(limits: told))
            log.note(controller.reserve(QuotaDemand(inputTokens: 900), in: [account], now: now), controller.book)
        }
        let log = QuotaLog(directory: directory.path, logger: logger)
        #expect(log.statuses.count == 3 && log.statuses.allSatisfy { $0.state == .ready })
        let desk = QuotaDesk(scheduler: ManualScheduler(), journal: log, onBudget: { _, _, _ in })
        _ = desk.account(.provider("本地"), QuotaAccountSettings())
        #expect(desk.statuses().isEmpty, "nobody else's limits")
        _ = desk.account(upstream, QuotaAccountSettings())
        let statuses = Dictionary(uniqueKeysWithValues: desk.statuses().map { ($0.status.metric, $0.status) })
        #expect(statuses[.tokensPerMinute]?.effective == 1000 && statuses[.tokensPerMinute]?.used == 900)
        #expect(statuses[.requestsPerMinute]?.effective == 5 && statuses[.requestsPerMinute]?.used == 1)
        #expect(statuses.values.allSatisfy { $0.source == .provider })
        #expect(log.limits.take(of: upstream).isEmpty)
    }

    @Test("The latest record of a limit counts, however often it was renewed")
    func renewedLimits() throws {
        let directory = try TemporaryDirectory()
        let (rare, busy) = (
            QuotaScope.upstream(provider: "本地", model: "稀"), QuotaScope.upstream(provider: "本地", model: "m")
        )
        do {
            let log = LimitLog(directory: directory.path, logger: logger)
            log.note(QuotaLimits([.requestsPerMinute: 7]), of: rare, now: now)
            for count in 0..<10_000 {
                log.note(QuotaLimits([.requestsPerMinute: 1 + count]), of: busy, now: now + .seconds(count))
            }
            log.handOver()
            log.note(QuotaLimits([.requestsPerMinute: 3]), of: busy, now: now + .seconds(10_000))
        }
        let log = LimitLog(directory: directory.path, logger: logger)
        #expect(log.take(of: rare)[.requestsPerMinute] == 7)
        #expect(log.take(of: busy)[.requestsPerMinute] == 10_000)
    }

    @Test("Accounts get their past when they open, and those that were open when all of it is known")
    func accounts() throws {
        let directory = try TemporaryDirectory()
        _ = history(afterGranting: 3, in: directory.path)
        let scheduler = ManualScheduler()
        let desk = QuotaDesk(
            scheduler: scheduler, journal: QuotaLog(directory: directory.path, logger: logger),
            onBudget: { _, _, _ in })
        _ = desk.account(scope, QuotaAccountSettings(limits: limits))
        func used() -> [QuotaMetric: Int] {
            Dictionary(uniqueKeysWithValues: desk.statuses().map { ($0.status.metric, $0.status.used) })
        }
        #expect(used() == [.requestsPerMinute: 3, .requestsPerDay: 0])
        desk.finishRestoring()
        #expect(used() == [.requestsPerMinute: 3, .requestsPerDay: 3])
        desk.finishRestoring()
        #expect(used() == [.requestsPerMinute: 3, .requestsPerDay: 3])
    }
}
