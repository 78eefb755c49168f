public import LLMGWCore

/// Chooses the target of the next attempt.
///
/// Each target is steady, or warming up after a recovery; none is terminal. Which targets are shut out (gate, breaker, health,
/// tried already) is the caller's knowledge and an argument, so that one request's view is one decision. With the same
/// generator and the same calls it chooses the same. Wrong input: two candidates for one target, a weight that is not
/// positive, naming a target that is no candidate, or ending what did not begin, is our bug (precondition).
public struct LoadBalancer<Target: Hashable & Sendable>: Sendable {
    public struct Candidate: Sendable, Hashable {
        public var target: Target
        /// Above 0.
        public var weight: Double
        /// The smallest number goes first.
        public var priority: Int
        /// In any unit that is the same for all.
        public var cost: Double

        public init(_ target: Target, weight: Double = 1, priority: Int = 0, cost: Double = 0) {
            self.target = target
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
    private let positions: [Target: Int]
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
        self.positions = Dictionary(uniqueKeysWithValues: candidates.enumerated().map { ($1.target, $0) })
    }

    /// The target for the next attempt; nil if all are excluded.
    public mutating func pick(
        excluding excluded: Set<Target> = [], now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Target? {
        let eligible = members.indices.filter { !excluded.contains(members[$0].candidate.target) }
        guard !eligible.isEmpty else { return nil }
        let position =
            switch strategy {
            case .roundRobin: nextInTurn(eligible, now: now) { _ in 1 }
            case .weighted: nextInTurn(eligible, now: now, weight: \.weight)
            case .leastInFlight: leastInFlight(eligible, now: now)
            case .leastLatency: betterOfTwo(eligible, now: now, using: &random)
            case .cost: firstGroup(eligible, by: \.cost, now: now, using: &random)
            case .priority: firstGroup(eligible, by: \.priority, now: now, using: &random)
            }
        lastPick = position
        return members[position].candidate.target
    }

    /// An attempt at this target begins.
    public mutating func begin(_ target: Target) {
        members[position(target)].load.begin()
    }

    public mutating func end(_ target: Target, _ outcome: LoadOutcome, now: MonotonicInstant) {
        members[position(target)].load.end(outcome, now: now, settings)
    }

    /// The target works again after it was shut out: it gets its share back little by little.
    public mutating func recovered(_ target: Target, now: MonotonicInstant) {
        members[position(target)].recoveredAt = now
    }

    /// A target as an operator sees it.
    public struct Snapshot: Sendable, Hashable {
        public let target: Target
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
                target: member.candidate.target, inFlight: member.load.inFlight,
                latency: member.load.latency(now: now, settings).map { .seconds($0) },
                failureShare: member.load.failureShare(now: now, settings), weightShare: warmth(member, now: now))
        }
    }

    /// Smooth weighted round robin: all gain their weight, the richest is chosen and pays for all.
    private mutating func nextInTurn(
        _ eligible: [Int], now: MonotonicInstant, weight: (Candidate) -> Double
    ) -> Int {
        var total = 0.0
        var richest = eligible[0]
        for position in eligible {
            let gain = weight(members[position].candidate) * warmth(members[position], now: now)
            members[position].credit += gain
            total += gain
            if members[position].credit > members[richest].credit { richest = position }
        }
        members[richest].credit -= total
        return richest
    }

    /// Equals take turns.
    private func leastInFlight(_ eligible: [Int], now: MonotonicInstant) -> Int {
        let start = eligible.firstIndex { $0 > lastPick } ?? 0
        let inTurn = eligible[start...] + eligible[..<start]
        func load(_ position: Int) -> Double {
            Double(members[position].load.inFlight + 1) / currentWeight(members[position], now: now)
        }
        // The first of equals: `min` keeps it.
        return inTurn.min { load($0) < load($1) } ?? eligible[0]
    }

    private func betterOfTwo(
        _ eligible: [Int], now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Int {
        guard eligible.count > 1 else { return eligible[0] }
        let first = Int.random(in: 0..<eligible.count, using: &random)
        let other = Int.random(in: 0..<eligible.count - 1, using: &random)
        let (a, b) = (eligible[first], eligible[other < first ? other : other + 1])
        func cost(_ position: Int) -> Double {
            members[position].load.cost(now: now, settings) / currentWeight(members[position], now: now)
        }
        return cost(b) < cost(a) ? b : a
    }

    /// Those with the smallest key take turns by weight. One that warms up is passed over as often as it is cold.
    private mutating func firstGroup<Key: Comparable>(
        _ eligible: [Int], by key: (Candidate) -> Key, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> Int {
        let warm = eligible.filter {
            let warmth = warmth(members[$0], now: now)
            return warmth >= 1 || Double.random(in: 0..<1, using: &random) < warmth
        }
        let able = warm.isEmpty ? eligible : warm
        let smallest = able.map { key(members[$0].candidate) }.min()
        return nextInTurn(able.filter { key(members[$0].candidate) == smallest }, now: now, weight: \.weight)
    }

    private func currentWeight(_ member: Member, now: MonotonicInstant) -> Double {
        member.candidate.weight * warmth(member, now: now)
    }

    /// The share of its weight that a target gets: all, unless it recovered a short time ago.
    private func warmth(_ member: Member, now: MonotonicInstant) -> Double {
        guard let recoveredAt = member.recoveredAt, settings.slowStart > .zero else { return 1 }
        let progress = max(0, (now - recoveredAt) / settings.slowStart)
        return min(1, settings.slowStartShare + (1 - settings.slowStartShare) * progress)
    }

    private func position(_ target: Target) -> Int {
        guard let position = positions[target] else { preconditionFailure("only a candidate can be named") }
        return position
    }
}
