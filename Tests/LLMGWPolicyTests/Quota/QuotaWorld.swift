import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// One history, driven by the controller's decisions and the journal's memory alone.
struct QuotaWorld {
    private(set) var reference = ArrivalReference()
    private(set) var kills = 0
    private var controller = AdmissionController()
    private var lanes: [LaneID] = []
    private var clients: [QuotaBook.AccountID] = []
    private var provider: QuotaBook.AccountID
    private var upstream: QuotaBook.AccountID
    private var upstreamLimit: Int
    /// What the daemon has written down of it.
    private var told = QuotaLimits()
    private(set) var heldByLearning = 0
    private var limits: (requests: Int, tokens: Int)
    private let laneTokens: Int
    private let clientLimit: Int
    private let smooths: Bool
    private var events: [(time: Double, order: Int, event: Event)] = []
    private var time = 0.0
    /// The present life's clock has another origin.
    private var origin = 0.0
    private var life = 0
    private var steps = 0
    private var waiting: [WaitingTicket: Attempt] = [:]
    private var journal: [QuotaBook.ReservationID: [Kept]] = [:]
    private var past: [Kept] = []
    private var clientGrants: [Int: (client: Int, time: Double)] = [:]

    init(using random: inout SeededRandom) {
        limits = (Int.random(in: 5...40, using: &random), Int.random(in: 1000...8000, using: &random))
        laneTokens = Int.random(in: 800...6000, using: &random)
        clientLimit = Int.random(in: 3...20, using: &random)
        smooths = Bool.random(using: &random)
        provider = controller.account(.provider("p"), QuotaAccountSettings())
        upstream = provider
        upstreamLimit = Int.random(in: 5...40, using: &random)
        open()
        for _ in 0..<Int.random(in: 100...250, using: &random) {
            schedule(.arrival, at: Double.random(in: 0...200, using: &random))
        }
        schedule(
            .lower(
                requests: Int.random(in: 1...limits.requests, using: &random),
                tokens: Int.random(in: 300...limits.tokens, using: &random)),
            at: Double.random(in: 30...170, using: &random))
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            schedule(.change(Int.random(in: 2...60, using: &random)), at: Double.random(in: 10...200, using: &random))
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            schedule(.kill, at: Double.random(in: 10...220, using: &random))
        }
    }

    var leftOver: Int { controller.book.reservationCount + waiting.count }

    /// What a client was granted more than its limit in a minute; its own limit counts by grant.
    var clientProblem: String? {
        for client in 0..<4 {
            let times = clientGrants.values.filter { $0.client == client }.map(\.time).sorted()
            for (index, first) in times.enumerated() {
                let count = times[index...].prefix { $0 < first + 60 }.count
                if count > clientLimit { return "client \(client): \(count) in the minute from \(first)" }
            }
        }
        return nil
    }

    private var now: MonotonicInstant { at(time + origin) }

    private mutating func schedule(_ event: Event, at time: Double) {
        steps += 1
        events.append((time, steps, event))
    }

    // MARK: The daemon

    private mutating func open() {
        controller = AdmissionController()
        provider = controller.account(
            .provider("p"),
            QuotaAccountSettings(
                limits: QuotaLimits([
                    .requestsPerMinute: limits.requests, .tokensPerMinute: limits.tokens, .concurrency: 8,
                ]), smooths: smooths))
        upstream = controller.account(
            .upstream(provider: "p", model: "模型"), QuotaAccountSettings(smooths: smooths))
        controller.change { [told, upstream, now] in $0.restore(told, of: upstream, now: now) }
        let queue = controller.addQueue("p", maxWaiting: 500)
        lanes = (0..<2).map { lane in
            let own = controller.account(
                .deployment(model: "m", name: "\(lane)"),
                QuotaAccountSettings(limits: QuotaLimits([.tokensPerMinute: laneTokens])))
            return controller.addLane(queue: queue, accounts: [provider, own, upstream])
        }
        clients = (0..<4).map { client in
            controller.account(
                .client("用户 \(client)"),
                QuotaAccountSettings(limits: QuotaLimits([.requestsPerMinute: clientLimit])))
        }
        past.append(contentsOf: journal.values.joined())
        journal = [:]
        past = past.filter { $0.time > time - 61 }.sorted { $0.time < $1.time }
        for kept in past {
            guard let account = controller.book.account(of: kept.scope) else { continue }
            let granted = now + .nanoseconds(Int64((kept.time - time) * 1e9))
            controller.change { $0.restore(kept.amount, of: kept.metric, in: account, granted: granted) }
        }
    }

    private mutating func write(_ id: QuotaBook.ReservationID) {
        journal[id] = controller.book.amounts(of: id).map {
            Kept(scope: $0.scope, metric: $0.metric, time: time, amount: $0.amount, reserved: $0.amount)
        }
    }

    private mutating func settle(_ id: QuotaBook.ReservationID, _ settlement: Settlement, _ demand: QuotaDemand) {
        for var kept in journal.removeValue(forKey: id) ?? [] {
            kept.amount = settlement.amount(of: kept.metric, reserved: kept.reserved, demand: demand)
            past.append(kept)
        }
    }

    // MARK: What happens

    /// False when nothing will.
    mutating func step(using random: inout SeededRandom) -> Bool {
        let wake = controller.wake.map { Double($0.nanoseconds) / 1e9 - 1000 - origin + 1e-6 }
        let next = events.indices.min { (events[$0].time, events[$0].order) < (events[$1].time, events[$1].order) }
        if let next, events[next].time <= wake ?? .infinity {
            let (at, _, event) = events.remove(at: next)
            time = max(time, at)
            handle(event, using: &random)
        } else if let wake {
            time = max(time, wake)
        } else {
            return false
        }
        while let action = controller.next(now: now) {
            switch action {
            case .admit(let ticket, let grant):
                if let attempt = waiting.removeValue(forKey: ticket) { go(attempt, grant, using: &random) }
            case .refuse(let ticket, _):
                if let attempt = waiting.removeValue(forKey: ticket) { finish(attempt, .refused) }
            }
        }
        return true
    }

    private mutating func handle(_ event: Event, using random: inout SeededRandom) {
        switch event {
        case .arrival:
            steps += 1
            let client = Int.random(in: 0..<4, using: &random)
            let demand = QuotaDemand(
                inputTokens: Int.random(in: 1...150, using: &random),
                outputTokens: Int.random(in: 0...100, using: &random))
            let request = AdmissionRequest(
                client: ClientID(index: client), priority: Priority.allCases[steps % 3], lane: lanes[steps % 2],
                accounts: [clients[client]], demand: demand, latestStart: .distantFuture)
            enter(Attempt(request: request, number: steps), using: &random)
        case .leave(let ticket):
            guard let attempt = waiting.removeValue(forKey: ticket) else { return }
            controller.leave(ticket, now: now)
            finish(attempt, .refused)
        case .dispatch(let number, let grant, let life):
            guard life == self.life else { return }
            for id in controller.dispatched(grant, now: now) { write(id) }
            reference.arrivals[number]?.time = time + Double.random(in: 0..<0.74, using: &random)
        case .end(let number, let grant, let attempt, let life):
            guard life == self.life else { return }
            end(number, grant, attempt, using: &random)
        case .lower(let requests, let tokens):
            limits = (requests, tokens)
            let changed = QuotaLimits([.requestsPerMinute: requests, .tokensPerMinute: tokens, .concurrency: 8])
            controller.change { [provider, smooths] in
                $0.configure(provider, QuotaAccountSettings(limits: changed, smooths: smooths))
            }
        case .change(let limit): upstreamLimit = limit
        case .kill:
            kills += 1
            life += 1
            waiting = [:]
            // The wall clock may have jumped by days, and the machine's own clock may start anew: only ages count.
            origin = Double.random(in: -500...1_000_000, using: &random)
            open()
        }
    }

    private mutating func enter(_ attempt: Attempt, using random: inout SeededRandom) {
        switch controller.enter(attempt.request, now: now) {
        case .admitted(let grant): go(attempt, grant, using: &random)
        case .waiting(let ticket, _):
            waiting[ticket] = attempt
            if Int.random(in: 0..<4, using: &random) == 0 {
                schedule(.leave(ticket), at: time + Double.random(in: 0...60, using: &random))
            }
        case .refused: finish(attempt, .refused)
        }
    }

    private mutating func go(_ attempt: Attempt, _ grant: AdmissionGrant, using random: inout SeededRandom) {
        var attempt = attempt
        attempt.attempts += 1
        steps += 1
        let number = steps
        if attempt.first == nil {
            attempt.first = grant
            clientGrants[attempt.number] = (attempt.request.client.index, time)
        }
        for id in [grant.attempt, grant.request].compactMap({ $0 }) { write(id) }
        let reserved =
            controller.book.amounts(of: grant.attempt)
            .first { $0.scope == .provider("p") && $0.metric == .tokensPerMinute }?.amount ?? 0
        let learned = learned()
        // A tenth of the estimate, as much, or ten times that.
        let guess = max(1, grant.demand.inputTokens + grant.demand.outputTokens)
        let real = [guess / 10, guess, guess * 10][Int.random(in: 0..<3, using: &random)]
        reference.arrivals[number] = ArrivalReference.Arrival(
            lane: lanes.firstIndex(of: attempt.request.lane) ?? 0, granted: number, limits: limits, reserved: reserved,
            tokens: real, learned: learned)
        if let learned, learned < limits.requests { heldByLearning += 1 }
        let slow = Int.random(in: 0..<10, using: &random) == 0
        let departure = time + Double.random(in: slow ? 0.25...30 : 0...0.2, using: &random)
        if Int.random(in: 0..<12, using: &random) > 0 {
            schedule(.dispatch(number, grant, life: life), at: departure)
        }
        schedule(
            .end(number, grant, attempt, life: life), at: departure + Double.random(in: 0.8...25, using: &random))
    }

    private mutating func learned() -> Int? {
        controller.statuses(now: now)
            .first { $0.scope == .upstream(provider: "p", model: "模型") && $0.status.metric == .requestsPerMinute }?
            .status.effective
    }

    private mutating func end(
        _ number: Int, _ grant: AdmissionGrant, _ attempt: Attempt, using random: inout SeededRandom
    ) {
        guard let arrival = reference.arrivals[number] else { return }
        steps += 1
        let demand = grant.demand
        let chance = Int.random(in: 0..<10, using: &random)
        let settlement: Settlement
        switch chance {
        case _ where arrival.time == nil: settlement = .notSent
        case 0...1:
            settlement = .refused
            reference.arrivals[number]?.tokens = 0
            reference.arrivals[number]?.told = (steps, 0)
        case 2: settlement = .unknown
        case 3:
            let output = arrival.tokens / 2
            settlement = .interrupted(outputTokens: output)
            reference.arrivals[number]?.told = (steps, max(arrival.reserved, demand.inputTokens + output))
        default:
            let input = arrival.tokens / 3
            settlement = .used(Usage(inputTokens: UInt64(input), outputTokens: UInt64(arrival.tokens - input)))
            reference.arrivals[number]?.told = (steps, arrival.tokens)
        }
        if reference.arrivals[number]?.told != nil {
            let report = RateLimitReport([.requestsPerMinute: .init(limit: upstreamLimit)])
            controller.learn(report, from: grant, about: upstream, now: now)
            told = controller.book.knownLimits(upstream)
        }
        let isSettled = controller.settleAttempt(grant, settlement, now: now)
        #expect(isSettled)
        settle(grant.attempt, settlement, demand)
        guard chance <= 2, attempt.attempts < 3 else { return finish(attempt, settlement) }
        var again = attempt
        again.request.accounts = []
        again.request.isRepeat = true
        enter(again, using: &random)
    }

    /// The request is over.
    private mutating func finish(_ attempt: Attempt, _ settlement: Settlement) {
        guard let first = attempt.first, let own = first.request else { return }
        if settlement == .notSent { clientGrants[attempt.number] = nil }
        let isSettled = controller.settleRequest(first, settlement, now: now)
        #expect(isSettled)
        settle(own, settlement, first.demand)
    }
}
