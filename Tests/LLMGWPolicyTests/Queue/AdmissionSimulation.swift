import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// Programs of every kind against an upstream that counts by arrival, driven by the controller's decisions alone.
@Suite("Admission, simulated")
struct AdmissionSimulation {
    struct Violation: Error {
        var seed: UInt64
        var text: String
    }

    @Test("No window is over-granted, nothing is lost, nobody waits for ever", arguments: 0..<8 as Range<UInt64>)
    func histories(part: UInt64) throws {
        for seed in part * 15..<(part + 1) * 15 {
            var random = SeededRandom(seed: seed)
            var world = AdmissionWorld(seed: seed, random: &random)
            try world.run(using: &random)
        }
    }

    @Test(
        "Under saturation nearly all of a limit is used", arguments: [QuotaMetric.requestsPerMinute, .tokensPerMinute])
    func utilisation(metric: QuotaMetric) {
        let limit = metric == .requestsPerMinute ? 600 : 60_000
        var controller = AdmissionController()
        let account = controller.account(
            .provider("p"), QuotaAccountSettings(limits: QuotaLimits([metric: limit]), smooths: true))
        let queue = controller.addQueue("p", maxWaiting: 100_000)
        let lane = controller.addLane(queue: queue, accounts: [account])
        var random = SeededRandom(seed: 1)
        var time = at(0)
        var used: [(MonotonicInstant, Int)] = []
        var tickets: [WaitingTicket: QuotaDemand] = [:]
        func note(_ demand: QuotaDemand) { used.append((time, metric == .requestsPerMinute ? 1 : demand.inputTokens)) }
        while time < at(600) {
            // There are always 50 that wait, of very different sizes.
            while tickets.count < 50 {
                let large = Int.random(in: 0..<20, using: &random) == 0
                let demand = QuotaDemand(inputTokens: Int.random(in: large ? 5000...20_000 : 10...400, using: &random))
                let request = AdmissionRequest(
                    client: ClientID(index: Int.random(in: 0..<5, using: &random)), lane: lane, demand: demand,
                    latestStart: .distantFuture)
                switch controller.enter(request, now: time) {
                case .admitted(let grant):
                    note(demand)
                    _ = controller.settleAttempt(grant, .unknown, now: time)
                case .waiting(let ticket, _): tickets[ticket] = demand
                case .refused(let refusal): Issue.record("\(refusal)")
                }
            }
            while let action = controller.next(now: time) {
                guard case .admit(let ticket, let grant) = action, let demand = tickets.removeValue(forKey: ticket)
                else {
                    Issue.record("\(action)")
                    return
                }
                note(demand)
                _ = controller.settleAttempt(grant, .unknown, now: time)
            }
            if tickets.count == 50 { time = controller.wake ?? .distantFuture }
        }
        // Nine minutes after the first, whose start is empty.
        let total = used.filter { $0.0 >= at(60) && $0.0 < at(600) }.reduce(0) { $0 + $1.1 }
        #expect(Double(total) >= 0.95 * 9 * Double(limit), "\(total) of \(9 * limit)")
        #expect(Double(total) <= 9.2 * Double(limit))
    }
}

/// One history.
struct AdmissionWorld {
    private struct Waiting {
        var request: AdmissionRequest
        var ticket: WaitingTicket?
        var since: Double
    }

    private enum Event {
        case arrival
        case cancel(Int)
        case end(AdmissionGrant, Settlement)
        case settleAgain(AdmissionGrant)
        case wake
        case reconfigure(Int)
    }

    private let seed: UInt64
    private var controller = AdmissionController()
    private var lanes: [(id: LaneID, accounts: [QuotaBook.AccountID])] = []
    private let requestLimit: Int
    private var lowestLimit: Int
    private let tokenLimit: Int
    private let concurrency: Int
    private let clientLimit: Int
    private let provider: QuotaBook.AccountID
    private var clients: [QuotaBook.AccountID] = []
    private var events: [(time: Double, order: Int, event: Event)] = []
    private var order = 0
    private var time = 0.0
    private var waiting: [Int: Waiting] = [:]
    private var byTicket: [WaitingTicket: Int] = [:]
    private var admitted = 0
    private var ended = 0
    private var left = 0
    private var refused = 0
    private var asked = 0
    private var arrivals: [(time: Double, tokens: Int)] = []
    private var perClient: [Int: [Double]] = [:]
    private var lowered: Double?

    init(seed: UInt64, random: inout SeededRandom) {
        self.seed = seed
        requestLimit = Int.random(in: 1...40, using: &random)
        lowestLimit = requestLimit
        tokenLimit = Int.random(in: 500...5000, using: &random)
        concurrency = Int.random(in: 1...10, using: &random)
        clientLimit = Int.random(in: 1...30, using: &random)
        provider = controller.account(
            .provider("p"),
            QuotaAccountSettings(
                limits: QuotaLimits([
                    .requestsPerMinute: requestLimit, .tokensPerMinute: tokenLimit, .concurrency: concurrency,
                ]), smooths: Bool.random(using: &random)))
        let queue = controller.addQueue("p", maxWaiting: 200)
        for lane in 0..<Int.random(in: 1...3, using: &random) {
            let own = controller.account(
                .deployment(model: "m", name: "\(lane)"),
                QuotaAccountSettings(limits: QuotaLimits([.tokensPerMinute: tokenLimit])))
            lanes.append((controller.addLane(queue: queue, accounts: [provider, own]), [provider, own]))
        }
        for client in 0..<5 {
            clients.append(
                controller.account(
                    .client("uid \(client)"),
                    QuotaAccountSettings(limits: QuotaLimits([.requestsPerMinute: clientLimit, .concurrency: 3]))))
        }
        for _ in 0..<Int.random(in: 20...150, using: &random) {
            schedule(.arrival, at: Double.random(in: 0...120, using: &random))
        }
        if Bool.random(using: &random) {
            schedule(
                .reconfigure(Int.random(in: 1...requestLimit, using: &random)),
                at: Double.random(in: 20...100, using: &random))
        }
    }

    private mutating func schedule(_ event: Event, at time: Double) {
        order += 1
        events.append((time, order, event))
    }

    private func require(_ holds: Bool, _ text: @autoclosure () -> String) throws {
        if !holds { throw AdmissionSimulation.Violation(seed: seed, text: "\(text()) at \(time)") }
    }

    mutating func run(using random: inout SeededRandom) throws {
        while let index = events.indices.min(by: {
            (events[$0].time, events[$0].order) < (events[$1].time, events[$1].order)
        }) {
            let next = events.remove(at: index)
            time = max(time, next.time)
            try handle(next.event, using: &random)
            while let action = controller.next(now: at(time)) {
                switch action {
                case .admit(let ticket, let grant):
                    guard let number = byTicket.removeValue(forKey: ticket),
                        let entry = waiting.removeValue(forKey: number)
                    else { throw AdmissionSimulation.Violation(seed: seed, text: "admitted who does not wait") }
                    try go(grant, entry.request, using: &random)
                case .refuse(let ticket, _):
                    guard let number = byTicket.removeValue(forKey: ticket) else {
                        throw AdmissionSimulation.Violation(seed: seed, text: "refused who does not wait")
                    }
                    waiting[number] = nil
                    refused += 1
                }
            }
            events.removeAll { if case .wake = $0.event { true } else { false } }
            if let wake = controller.wake { schedule(.wake, at: Double(wake.nanoseconds) / 1e9 - 1000 + 1e-6) }
            try require(time < 10_000, "it goes on for ever")
        }
        try require(waiting.isEmpty, "\(waiting.count) wait and nothing will happen")
        try require(asked == admitted + left + refused, "\(asked) asked, \(admitted) + \(left) + \(refused)")
        try require(ended == admitted, "not all grants were settled")
        try require(controller.book.reservationCount == 0, "reservations are left")
        for scope in [provider] + clients { try require(controller.book.inUse(scope) == 0, "places are left") }
        try checkWindows()
    }

    private mutating func handle(_ event: Event, using random: inout SeededRandom) throws {
        switch event {
        case .wake: break
        case .arrival: try arrive(using: &random)
        case .cancel(let number):
            guard let ticket = waiting.removeValue(forKey: number)?.ticket else { return }
            byTicket[ticket] = nil
            try require(controller.leave(ticket, now: at(time)), "a waiting request could not leave")
            try require(!controller.leave(ticket, now: at(time)), "it left twice")
            left += 1
        case .end(let grant, let settlement):
            try require(controller.settleAttempt(grant, settlement, now: at(time)), "settled before")
            try require(controller.settleRequest(grant, settlement, now: at(time)), "settled before")
            ended += 1
            if Bool.random(using: &random) { schedule(.settleAgain(grant), at: time + 1) }
        case .settleAgain(let grant):
            try require(!controller.settleAttempt(grant, .unknown, now: at(time)), "settled twice")
            try require(!controller.settleRequest(grant, .notSent, now: at(time)), "settled twice")
        case .reconfigure(let limit):
            lowestLimit = limit
            lowered = time
            let limits = QuotaLimits([
                .requestsPerMinute: limit, .tokensPerMinute: tokenLimit, .concurrency: concurrency,
            ])
            controller.change { $0.configure(provider, QuotaAccountSettings(limits: limits)) }
        }
    }

    private mutating func arrive(using random: inout SeededRandom) throws {
        asked += 1
        let lane = lanes[Int.random(in: 0..<lanes.count, using: &random)]
        let client = Int.random(in: 0..<5, using: &random)
        let large = Int.random(in: 0..<10, using: &random) == 0
        let request = AdmissionRequest(
            client: ClientID(index: client), weight: Double(client + 1),
            priority: Priority.allCases[Int.random(in: 0..<3, using: &random)], lane: lane.id,
            accounts: [clients[client]],
            demand: QuotaDemand(inputTokens: Int.random(in: large ? 400...tokenLimit : 1...200, using: &random)),
            latestStart: at(time + 3000))
        let number = asked
        switch controller.enter(request, now: at(time)) {
        case .admitted(let grant): try go(grant, request, using: &random)
        case .waiting(let ticket, let forecast):
            try require(forecast.ahead >= 0 && forecast.wait >= .zero, "a forecast of \(forecast)")
            waiting[number] = Waiting(request: request, ticket: ticket, since: time)
            byTicket[ticket] = number
            if Int.random(in: 0..<5, using: &random) == 0 {
                schedule(.cancel(number), at: time + Double.random(in: 0...60, using: &random))
            }
        case .refused: refused += 1
        }
    }

    /// The request is on its way: the upstream counts it up to a second later.
    private mutating func go(
        _ grant: AdmissionGrant, _ request: AdmissionRequest, using random: inout SeededRandom
    ) throws {
        admitted += 1
        let end = time + Double.random(in: 0.01...20, using: &random)
        let arrival = time + Double.random(in: 0...0.999, using: &random)
        for (scope, status) in controller.book.statusesForTest(now: at(time)) {
            guard let effective = status.effective, lowered == nil else { continue }
            try require(
                status.used + status.reserved <= effective, "\(scope.name) \(status.metric.name) is over its limit")
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            schedule(.end(grant, .notSent), at: end)
            return
        case 1:
            arrivals.append((arrival, request.demand.inputTokens))
            schedule(.end(grant, .unknown), at: end)
        default:
            let used = Int.random(in: 0...request.demand.inputTokens, using: &random)
            arrivals.append((arrival, used))
            schedule(.end(grant, .used(Usage(inputTokens: UInt64(used), outputTokens: 0))), at: end)
        }
        perClient[request.client.index, default: []].append(time)
    }

    /// No window that the upstream sees has more than the limit; after a limit was lowered, none that begins a window later.
    private func checkWindows() throws {
        let sorted = arrivals.sorted { $0.time < $1.time }
        for (index, first) in sorted.enumerated() {
            let window = sorted[index...].prefix { $0.time < first.time + 60 }
            let limit = lowered.map { first.time > $0 + 61 ? lowestLimit : requestLimit } ?? requestLimit
            try require(
                window.count <= limit, "\(window.count) requests in the minute from \(first.time), limit \(limit)")
            let tokens = window.reduce(0) { $0 + $1.tokens }
            try require(tokens <= tokenLimit, "\(tokens) tokens in the minute from \(first.time), limit \(tokenLimit)")
        }
        for (client, times) in perClient {
            for (index, first) in times.enumerated() {
                let count = times[index...].prefix { $0 < first + 60 }.count
                try require(count <= clientLimit, "client \(client) had \(count) in a minute, limit \(clientLimit)")
            }
        }
    }
}

extension QuotaBook {
    func statusesForTest(now: MonotonicInstant) -> [(scope: QuotaScope, status: QuotaAccount.Status)] {
        var copy = self
        return copy.statuses(now: now)
    }
}
