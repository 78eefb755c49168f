import LLMGWCore

/// The requests that wait for one provider, and what the last look at them found.
struct ProviderQueue: Sendable {
    struct Lane: Sendable {
        var accounts: [QuotaBook.AccountID]
        fileprivate var isClosed = false
        fileprivate var cursor = 0
        /// Beside the claim; an upper bound, as what is admitted after it was found takes from it.
        fileprivate(set) var spare: QuotaSpare?
    }

    /// A request that is larger than what is left, and when it is to go.
    struct Claim: Sendable {
        var demand: QuotaDemand
        var lane: Int
        var band: Int
        var instant: MonotonicInstant
    }

    /// Requests that one look considers beyond those that go or are parked, the first of their flows before those behind them: in the
    /// first band in which somebody waits, and in each that comes after it.
    private static let (lookahead, furtherLookahead) = (6, 3)
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
    /// How many more the present look considers in its band.
    private var looks = 0
    /// The first of their flows in the present band behind whom a smaller one may go.
    private(set) var passable: [FairQueue<WaitingRequest>.Ticket] = []
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
        for lane in lanes.indices {
            lanes[lane].isClosed = false
            lanes[lane].spare = nil
        }
    }

    mutating func beginBand(isFirst: Bool) {
        looks = isFirst ? Self.lookahead : Self.furtherLookahead
        passable.removeAll(keepingCapacity: true)
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
    mutating func candidate(band: Int) -> (flow: Int, lane: Int)? {
        while looks > 0, let next = next(band: band) {
            guard let demand = fair.demand(first: next.flow), mustYield(demand, lane: next.lane, band: band) else {
                return next
            }
            skip(next.lane, fair.ticket(first: next.flow))
        }
        return nil
    }

    /// Whether it certainly breaks the promise, as far as that was looked at. Most of those who wait do while a limit is used up.
    func mustYield(_ demand: QuotaDemand, lane: Int, band: Int) -> Bool {
        guard let claim, claim.band <= band else { return false }
        return lanes[lane].spare?.excludes(demand) ?? false
    }

    private func next(band: Int) -> (flow: Int, lane: Int)? {
        var best: (flow: Int, lane: Int, counter: Double, tie: UInt64)?
        for lane in lanes.indices where !lanes[lane].isClosed {
            guard lanes[lane].cursor < fair.readyCount(band: band, lane: lane) else { continue }
            let (flow, counter, tie) = fair.flow(at: lanes[lane].cursor, band: band, lane: lane)
            if best.map({ (counter, tie) < ($0.counter, $0.tie) }) ?? true { best = (flow, lane, counter, tie) }
        }
        return best.map { ($0.flow, $0.lane) }
    }

    mutating func skip(_ lane: Int, _ first: FairQueue<WaitingRequest>.Ticket) {
        lanes[lane].cursor += 1
        looks -= 1
        passable.append(first)
    }

    /// Its client may not go on with it; perhaps with a smaller one.
    mutating func park(_ flow: Int, until instant: MonotonicInstant, passing first: FairQueue<WaitingRequest>.Ticket) {
        park(flow, until: instant)
        if passable.count < Self.lookahead { passable.append(first) }
    }

    /// The next of the flow that might go before `head`; nil when enough of them were considered.
    mutating func behind(
        _ ticket: FairQueue<WaitingRequest>.Ticket, smallerThan head: AdmissionRequest
    ) -> (ticket: FairQueue<WaitingRequest>.Ticket, payload: WaitingRequest)? {
        var place = ticket
        while looks > 0, let demand = fair.demand(after: place), let next = fair.next(after: place) {
            looks -= 1
            if demand.isSmaller(than: head.demand),
                !mustYield(demand, lane: head.lane.lane, band: head.priority.band)
            {
                return next
            }
            place = next.ticket
        }
        return nil
    }

    mutating func note(_ spare: QuotaSpare, of lane: Int) { lanes[lane].spare = spare }

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
