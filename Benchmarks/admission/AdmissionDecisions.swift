import LLMGWCore
import LLMGWPolicy

/// How long an admission decision takes while many wait: in a full queue, one request ends, another is let go, a third one comes.
///
///     LLMGW_BENCHMARKS=1 swift run -c release llmgw-bench-admission
@main
struct AdmissionDecisions {
    private static let rounds = 20_000

    /// What keeps the others waiting.
    private static let cases: [(name: String, limits: [QuotaMetric: Int])] = [
        ("places", [.concurrency: 64]), ("requests", [.requestsPerMinute: 10_000]),
        ("tokens", [.tokensPerMinute: 1_000_000, .requestsPerMinute: 100_000, .concurrency: 5000]),
    ]

    static func main() {
        print("| limit | clients | waiting | decide p50 ns | p99 | enter p50 ns | p99 | settle p50 ns | p99 |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for (clients, waiting) in [(10, 100), (100, 1000), (1000, 10_000), (1000, 100_000)] {
            for (name, limits) in cases {
                var queue = FullQueue(QuotaLimits(limits), clients: clients, waiting: waiting)
                let times = queue.run(rounds: rounds)
                print("| \(name) | \(clients) | \(waiting) | \(times.map(\.quantiles).joined(separator: " | ")) |")
            }
        }
    }
}

/// A provider's queue with as many that wait as are wanted.
private struct FullQueue {
    private var controller = AdmissionController()
    private let lane: LaneID
    private let accounts: [QuotaBook.AccountID]
    private var running: [AdmissionGrant] = []
    private var number = 0
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    init(_ limits: QuotaLimits, clients: Int, waiting: Int) {
        let provider = controller.account(.provider("p"), QuotaAccountSettings(limits: limits, smooths: true))
        lane = controller.addLane(queue: controller.addQueue("p", maxWaiting: .max), accounts: [provider])
        var accounts: [QuotaBook.AccountID] = []
        let own = QuotaAccountSettings(
            limits: QuotaLimits([.requestsPerMinute: 100_000, .tokensPerMinute: 10_000_000]))
        for client in 0..<clients { accounts.append(controller.account(.client("\(client)"), own)) }
        self.accounts = accounts
        while controller.totalWaiting.count < waiting {
            if case .admitted(let grant) = controller.enter(request(), now: now) { running.append(grant) }
        }
    }

    /// Clients, weights, priorities and sizes in turn, the same in every run.
    private mutating func request() -> AdmissionRequest {
        number += 1
        let client = number % accounts.count
        return AdmissionRequest(
            client: ClientID(index: client), weight: Double(1 + client % 3), priority: Priority.allCases[number % 3],
            lane: lane, accounts: [accounts[client]],
            demand: QuotaDemand(inputTokens: 50 + (number * 7919) % 500, outputTokens: 100),
            latestStart: .distantFuture)
    }

    /// Nanoseconds of each decision, arrival and settlement.
    mutating func run(rounds: Int) -> [[Int64]] {
        var (decisions, arrivals, settlements): ([Int64], [Int64], [Int64]) = ([], [], [])
        let usage = Settlement.used(Usage(inputTokens: 100, outputTokens: 120))
        var next = 0
        for _ in 0..<rounds {
            if next < running.count {
                let grant = running[next]
                next += 1
                settlements.append(
                    time {
                        $0.controller.settleAttempt(grant, usage, now: $0.now)
                        $0.controller.settleRequest(grant, usage, now: $0.now)
                    })
            }
            var action: AdmissionController.Action?
            repeat {
                decisions.append(time { action = $0.controller.next(now: $0.now) })
                guard case .admit(_, let grant)? = action else { break }
                running.append(grant)
                let request = request()
                arrivals.append(time { _ = $0.controller.enter(request, now: $0.now) })
            } while true
            // Time goes on until something happens.
            now = next < running.count ? now + .microseconds(500) : max(now, controller.wake ?? now)
        }
        return [decisions, arrivals, settlements]
    }

    private mutating func time(_ body: (inout FullQueue) -> Void) -> Int64 {
        let start = ContinuousClock.now
        body(&self)
        return (ContinuousClock.now - start).wholeNanoseconds
    }
}

extension [Int64] {
    fileprivate var quantiles: String {
        let sorted = sorted()
        guard let last = sorted.indices.last else { return "- | -" }
        return "\(sorted[last / 2]) | \(sorted[last * 99 / 100])"
    }
}
