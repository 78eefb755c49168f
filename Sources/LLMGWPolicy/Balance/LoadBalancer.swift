public import LLMGWCore

/// Chooses the target of the next attempt. Targets are named by their position among the candidates.
///
/// Each target is steady, or warming up after a recovery; none is terminal. Which targets may be chosen (gate, breaker, health,
/// tried already) is the caller's knowledge and an argument, so that one request's view is one decision. With the same
/// generator and the same calls it chooses the same. Wrong input: a weight that is not positive, a position that is no candidate's,
/// or ending what did not begin, is our bug (precondition).
public struct LoadBalancer: Sendable {
    public struct Candidate: Sendable, Hashable {
        /// Above 0.
        public var weight: Double
        /// The smallest number goes first.
        public var priority: Int
        /// In any unit that is the same for all.
        public var cost: Double

        public init(weight: Double = 1, priority: Int = 0, cost: Double = 0) {
            self.weight = weight
            self.priority = priority
            self.cost = cost
        }
    }

    private struct Member {
        let candidate: Candidate
        var load = LoadEstimate()
        /// What smooth weighted round robin owes it.
        var credit = 0.0
        var recoveredAt: MonotonicInstant?
    }

    public let strategy: BalancingStrategy
    public let settings: LoadBalancerSettings
    private var members: [Member]
    private var lastPick = -1

    public init(
        _ candidates: [Candidate], strategy: BalancingStrategy = .leastLatency,
        settings: LoadBalancerSettings = LoadBalancerSettings()
    ) {
        precondition(settings.defect == nil, settings.defect ?? "")
        precondition(candidates.allSatisfy { $0.weight > 0 && $0.weight.isFinite && !$0.cost.isNaN })
        self.strategy = strategy
        self.settings = settings
        self.members = candidates.map { Member(candidate: $0) }
    }

    /// The target for the next attempt, out of those that may be chosen, in rising order; nil if there is none.
    public mutating func pick(
        among eligible: [Int], now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Int? {
        guard !eligible.isEmpty else { return nil }
        let target =
            switch strategy {
            case .roundRobin: nextInTurn(eligible, now: now, byWeight: false)
            case .weighted: nextInTurn(eligible, now: now, byWeight: true)
            case .leastInFlight: leastInFlight(eligible, now: now)
            case .leastLatency: betterOfTwo(eligible, now: now, using: &random)
            case .cost: nextInTurn(cheapest(warm(eligible, now: now, using: &random)), now: now, byWeight: true)
            case .priority: nextInTurn(foremost(warm(eligible, now: now, using: &random)), now: now, byWeight: true)
            }
        lastPick = target
        return target
    }

    /// An attempt at this target begins.
    public mutating func begin(_ target: Int) {
        members[target].load.begin()
    }

    public mutating func end(_ target: Int, _ outcome: LoadOutcome, now: MonotonicInstant) {
        members[target].load.end(outcome, now: now, settings)
    }

    /// The target works again after it was shut out: it gets its share back little by little.
    public mutating func recovered(_ target: Int, now: MonotonicInstant) {
        members[target].recoveredAt = now
    }

    /// A target as an operator sees it.
    public struct Snapshot: Sendable, Hashable {
        public let inFlight: Int
        /// Expected time to the first content; nil until one was measured.
        public let latency: Duration?
        /// From 0 to 1.
        public let failureShare: Double
        /// The share of its weight that it has now: below 1 while it warms up.
        public let weightShare: Double
    }

    public func snapshots(now: MonotonicInstant) -> [Snapshot] {
        members.map { member in
            Snapshot(
                inFlight: member.load.inFlight,
                latency: member.load.latency(now: now, settings).map { .seconds($0) },
                failureShare: member.load.failureShare(now: now, settings), weightShare: warmth(member, now: now))
        }
    }

    /// Smooth weighted round robin: all gain their weight, the richest is chosen and pays for all.
    private mutating func nextInTurn(
        _ eligible: [Int], now: MonotonicInstant, byWeight: Bool
    ) -> Int {
        var total = 0.0
        var richest = eligible[0]
        for position in eligible {
            let weight = byWeight ? members[position].candidate.weight : 1
            let gain = weight * warmth(members[position], now: now)
            members[position].credit += gain
            total += gain
            if members[position].credit > members[richest].credit { richest = position }
        }
        members[richest].credit -= total
        return richest
    }

    /// Equals take turns: the first of them after the last choice.
    private func leastInFlight(_ eligible: [Int], now: MonotonicInstant) -> Int {
        let start = eligible.firstIndex { $0 > lastPick } ?? 0
        var best = eligible[start]
        var least = Double.infinity
        for offset in eligible.indices {
            let position = eligible[(start + offset) % eligible.count]
            let load = Double(members[position].load.inFlight + 1) / currentWeight(position, now: now)
            if load < least { (best, least) = (position, load) }
        }
        return best
    }

    private func betterOfTwo(
        _ eligible: [Int], now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Int {
        guard eligible.count > 1 else { return eligible[0] }
        let first = random.index(below: eligible.count)
        let other = random.index(below: eligible.count - 1)
        let (a, b) = (eligible[first], eligible[other < first ? other : other + 1])
        let costOfA = members[a].load.cost(now: now, settings) / currentWeight(a, now: now)
        let costOfB = members[b].load.cost(now: now, settings) / currentWeight(b, now: now)
        return costOfB < costOfA ? b : a
    }

    /// One that warms up is passed over as often as it is cold, unless there is no other.
    private func warm(
        _ eligible: [Int], now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> [Int] {
        guard members.contains(where: { $0.recoveredAt != nil }) else { return eligible }
        let warm = eligible.filter {
            let warmth = warmth(members[$0], now: now)
            return warmth >= 1 || random.share() < warmth
        }
        return warm.isEmpty ? eligible : warm
    }

    private func cheapest(_ eligible: [Int]) -> [Int] {
        let cost = eligible.reduce(Double.infinity) { min($0, members[$1].candidate.cost) }
        return eligible.filter { members[$0].candidate.cost == cost }
    }

    private func foremost(_ eligible: [Int]) -> [Int] {
        let priority = eligible.reduce(Int.max) { min($0, members[$1].candidate.priority) }
        return eligible.filter { members[$0].candidate.priority == priority }
    }

    private func currentWeight(_ position: Int, now: MonotonicInstant) -> Double {
        members[position].candidate.weight * warmth(members[position], now: now)
    }

    /// The share of its weight that a target gets: all, unless it recovered a short time ago.
    private func warmth(_ member: Member, now: MonotonicInstant) -> Double {
        guard let recoveredAt = member.recoveredAt, settings.slowStart > .zero else { return 1 }
        let progress = max(0, (now - recoveredAt) / settings.slowStart)
        return min(1, settings.slowStartShare + (1 - settings.slowStartShare) * progress)
    }
}

// Drawn from `next` alone: the library's own functions are generic, and this is on the path of every request.
extension RandomNumberGenerator {
    /// Evenly distributed from 0 to `count - 1`; the bias is below `count` in 2^64.
    fileprivate mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Evenly distributed from 0 to below 1.
    fileprivate mutating func share() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
