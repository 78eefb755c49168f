import LLMGWCore

/// The requests that wait for one provider, and what the last look at them found.
struct ProviderQueue: Sendable {
    struct Lane: Sendable {
        var accounts: [QuotaBook.AccountID]
        fileprivate var isClosed = false
        fileprivate var cursor = 0
    }

    /// A request that is larger than what is left, and when it is to go.
    struct Claim: Sendable {
        var demand: QuotaDemand
        var lane: Int
        var band: Int
        var instant: MonotonicInstant
    }

    /// Flows that one look considers in a band beyond those that go or are parked.
    private static let lookahead = 6
    /// Requests behind the first of their flows that it considers in a band.
    private static let lookbehind = 8
    /// What each lower band gets of the service while it waits.
    private static let lowerShare = 0.05

    let name: String
    var maxWaiting: Int
    var fair = FairQueue<WaitingRequest>()
    private(set) var lanes: [Lane] = []
    private(set) var claim: Claim?
    /// Nothing can go before; nil where that has to be looked at.
    private(set) var blockedUntil: MonotonicInstant?
    /// How long an admitted request holds its place, on average.
    private(set) var hold = Duration.zero
    private var examined = 0
    private var examinedBehind = 0
    private var credits = Array(repeating: 0.0, count: FairQueue<WaitingRequest>.bands)
    private var inputTokens = 0
    private var outputTokens = 0

    init(name: String, maxWaiting: Int) {
        self.name = name
        self.maxWaiting = maxWaiting
    }

    mutating func addLane(_ accounts: [QuotaBook.AccountID]) -> Int {
        lanes.append(Lane(accounts: accounts))
        return fair.addLane()
    }

    // MARK: Coming and going

    mutating func insert(_ waiting: WaitingRequest) -> (FairQueue<WaitingRequest>.Ticket, isFirst: Bool) {
        let request = waiting.request
        inputTokens += request.demand.inputTokens
        outputTokens += request.demand.outputTokens
        return fair.insert(
            waiting, client: request.client.index, weight: request.weight, band: request.priority.band,
            lane: request.lane.lane, atFront: request.isRepeat)
    }

    mutating func remove(_ ticket: FairQueue<WaitingRequest>.Ticket) -> WaitingRequest? {
        guard let waiting = fair.remove(ticket) else { return nil }
        inputTokens -= waiting.request.demand.inputTokens
        outputTokens -= waiting.request.demand.outputTokens
        return waiting
    }

    /// Notes, before it is removed, that a waiting request is served.
    mutating func served(_ ticket: FairQueue<WaitingRequest>.Ticket, _ request: AdmissionRequest) {
        let (band, cost) = (request.priority.band, request.demand.weight)
        fair.serve(client: request.client.index, cost: cost)
        fair.rotate(ticket)
        credits[band] = max(0, credits[band] - cost)
        for lower in (band + 1)..<max(band + 1, credits.count) where fair.waiting[lower] > 0 {
            credits[lower] = min(credits[lower] + Self.lowerShare * cost, max(cost, cheapest(lower) ?? cost))
        }
        for idle in credits.indices where fair.waiting[idle] == 0 { credits[idle] = 0 }
    }

    mutating func ended(after time: Duration) {
        hold = hold == .zero ? time : hold * 0.9 + time * 0.1
    }

    func waiting(client: Int) -> Int { client < fair.clients.count ? fair.clients[client].waiting : 0 }

    func ahead(of request: AdmissionRequest) -> Int {
        fair.ahead(
            client: request.client.index, weight: request.weight, band: request.priority.band,
            lane: request.lane.lane)
    }

    /// What those who wait want, on average.
    var typicalDemand: QuotaDemand {
        fair.count == 0
            ? QuotaDemand(inputTokens: 0)
            : QuotaDemand(inputTokens: inputTokens / fair.count, outputTokens: outputTokens / fair.count)
    }

    // MARK: Looking

    /// Something changed that may let somebody go.
    mutating func touch() { blockedUntil = nil }

    /// Whether there is somebody to look at.
    func mayMove(now: MonotonicInstant) -> Bool {
        fair.count > 0 && (blockedUntil.map { $0 <= now } ?? true)
    }

    mutating func block(until instant: MonotonicInstant) {
        blockedUntil = min(blockedUntil ?? .distantFuture, instant)
    }

    mutating func park(_ flow: Int, until instant: MonotonicInstant) {
        fair.park(flow, until: instant)
        block(until: instant)
    }

    mutating func unparkAll() { fair.unpark(now: .distantFuture) }

    mutating func beginScan(now: MonotonicInstant) {
        fair.unpark(now: now)
        claim = nil
        blockedUntil = fair.firstWake ?? .distantFuture
        for lane in lanes.indices { lanes[lane].isClosed = false }
    }

    mutating func beginBand() {
        examined = 0
        examinedBehind = 0
        for lane in lanes.indices { lanes[lane].cursor = 0 }
    }

    /// Strict, but a lower band that has earned its turn comes first.
    var bandOrder: [Int] {
        let bands = Array(credits.indices)
        let due = bands.dropFirst().filter { band in
            fair.waiting[band] > 0 && (cheapest(band).map { credits[band] >= $0 } ?? false)
        }
        return due.isEmpty ? bands : due + bands.filter { !due.contains($0) }
    }

    /// The cost of the request that is next in a band.
    private func cheapest(_ band: Int) -> Double? {
        lanes.indices.compactMap { lane in
            fair.readyCount(band: band, lane: lane) == 0
                ? nil
                : fair.head(of: fair.flow(at: 0, band: band, lane: lane).flow).payload.request.demand.weight
        }.min()
    }

    /// The flow to consider next: the smallest counter among the open lanes. Nil when enough were considered.
    func candidate(band: Int) -> (flow: Int, lane: Int)? {
        guard examined < Self.lookahead else { return nil }
        var best: (flow: Int, lane: Int, counter: Double, tie: UInt64)?
        for lane in lanes.indices where !lanes[lane].isClosed {
            guard lanes[lane].cursor < fair.readyCount(band: band, lane: lane) else { continue }
            let (flow, counter, tie) = fair.flow(at: lanes[lane].cursor, band: band, lane: lane)
            if best.map({ (counter, tie) < ($0.counter, $0.tie) }) ?? true { best = (flow, lane, counter, tie) }
        }
        return best.map { ($0.flow, $0.lane) }
    }

    mutating func skip(_ lane: Int) {
        lanes[lane].cursor += 1
        examined += 1
    }

    /// The next of the flow to consider; nil when enough of them were considered.
    mutating func behind(
        _ ticket: FairQueue<WaitingRequest>.Ticket
    ) -> (ticket: FairQueue<WaitingRequest>.Ticket, payload: WaitingRequest)? {
        guard examinedBehind < Self.lookbehind else { return nil }
        examinedBehind += 1
        return fair.next(after: ticket)
    }

    mutating func closeLane(_ lane: Int, until instant: MonotonicInstant) {
        lanes[lane].isClosed = true
        block(until: instant)
    }

    /// The first request that is too large for what is left gets the promise; there is one at a time.
    mutating func promise(_ request: AdmissionRequest, at instant: MonotonicInstant) {
        if claim == nil {
            claim = Claim(
                demand: request.demand, lane: request.lane.lane, band: request.priority.band, instant: instant)
        }
        block(until: instant)
    }
}
