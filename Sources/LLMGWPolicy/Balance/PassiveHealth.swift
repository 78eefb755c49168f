public import LLMGWCore

/// When a target is an outlier among its peers.
public struct PassiveHealthSettings: Sendable, Hashable {
    /// How often targets are compared.
    public var interval: Duration
    /// How far back a target's success rate looks.
    public var window: Duration
    /// A target with fewer calls in the window is not judged.
    public var minimumCalls: Int
    /// Fewer judged targets than this are not compared.
    public var minimumPeers: Int
    /// How many standard deviations below the mean success rate makes an outlier.
    public var deviations: Double
    /// How long the first ejection lasts; each further one lasts that much longer, up to `maxEjection`.
    public var ejection: Duration
    public var maxEjection: Duration
    /// The share of the targets that may be ejected at once. At least one may be, and one always stays.
    public var maxEjectedShare: Double

    public init(
        interval: Duration = .seconds(10), window: Duration = .seconds(60), minimumCalls: Int = 20,
        minimumPeers: Int = 5,
        deviations: Double = 1.9, ejection: Duration = .seconds(30), maxEjection: Duration = .seconds(300),
        maxEjectedShare: Double = 0.5
    ) {
        self.interval = interval
        self.window = window
        self.minimumCalls = minimumCalls
        self.minimumPeers = minimumPeers
        self.deviations = deviations
        self.ejection = ejection
        self.maxEjection = maxEjection
        self.maxEjectedShare = maxEjectedShare
    }

    /// What is wrong with these settings, for people; nil if nothing is.
    public var defect: String? {
        if interval <= .zero { return "interval must be positive" }
        if window < .milliseconds(1) { return "window must be at least a millisecond" }
        if minimumCalls < 1 { return "minimum_calls must be at least 1" }
        if minimumPeers < 2 { return "minimum_peers must be at least 2" }
        if !(deviations > 0 && deviations.isFinite) { return "deviations must be positive" }
        if ejection <= .zero || maxEjection < ejection { return "ejection must be positive and at most max_ejection" }
        if !(maxEjectedShare >= 0 && maxEjectedShare <= 1) { return "max_ejected_share must be from 0 to 1" }
        return nil
    }
}

/// Ejects targets whose success rate falls behind that of their peers (outlier detection). Targets are named by their position.
///
/// Each target is in, or ejected until an instant; none is terminal. It compares, so it sees what a breaker does not: a target that
/// fails now and then while the others never do. What all do alike ejects nobody. Wrong input: naming an unknown
/// target, or settings with a `defect`, is our bug (precondition).
public struct PassiveHealth: Sendable {
    public enum Change: Sendable, Hashable {
        case ejected(Int, until: MonotonicInstant)
        case returned(Int)
    }

    private struct Member {
        var window: SlidingWindow<CallCounts>
        var ejectedUntil: MonotonicInstant?
        /// Ejections without enough healthy comparisons between them.
        var ejections = 0
    }

    public let settings: PassiveHealthSettings
    private var members: [Member]
    private var nextComparison: MonotonicInstant

    public init(
        targets: Int, settings: PassiveHealthSettings = PassiveHealthSettings(), now: MonotonicInstant
    ) {
        precondition(settings.defect == nil, settings.defect ?? "")
        self.settings = settings
        self.members = Array(repeating: Member(window: SlidingWindow(length: settings.window)), count: targets)
        self.nextComparison = now + settings.interval
    }

    /// How many may be ejected at once.
    public var maxEjected: Int {
        let share = Int(settings.maxEjectedShare * Double(members.count))
        return max(0, min(members.count - 1, max(1, share)))
    }

    public mutating func record(succeeded: Bool, for target: Int, now: MonotonicInstant) {
        members[target].window.add(CallCounts(calls: 1, failures: succeeded ? 0 : 1), now: now)
    }

    public func ejected(now: MonotonicInstant) -> Set<Int> {
        Set(members.indices.filter { members[$0].ejectedUntil.map { $0 > now } ?? false })
    }

    /// Takes back those whose time is over and, once per interval, compares. Call it now and then, and before a choice.
    public mutating func update(now: MonotonicInstant) -> [Change] {
        var changes: [Change] = []
        for position in members.indices {
            guard let until = members[position].ejectedUntil, until <= now else { continue }
            members[position].ejectedUntil = nil
            // What it did before its ejection is paid for.
            members[position].window.removeAll()
            changes.append(.returned(position))
        }
        guard now >= nextComparison else { return changes }
        nextComparison = now + settings.interval
        return changes + compare(now: now)
    }

    private mutating func compare(now: MonotonicInstant) -> [Change] {
        let judged = successRates(now: now)
        let places = maxEjected - members.count { $0.ejectedUntil != nil }
        var changes: [Change] = []
        for position in outliers(among: judged).prefix(max(0, places)) {
            members[position].ejections += 1
            let until = now + min(settings.ejection * members[position].ejections, settings.maxEjection)
            members[position].ejectedUntil = until
            changes.append(.ejected(position, until: until))
        }
        // Silence is not health: only who was judged and stayed is forgiven something.
        for position in judged.map(\.position) where members[position].ejectedUntil == nil {
            members[position].ejections = max(0, members[position].ejections - 1)
        }
        return changes
    }

    private mutating func successRates(now: MonotonicInstant) -> [(position: Int, rate: Double)] {
        var rates: [(position: Int, rate: Double)] = []
        for position in members.indices where members[position].ejectedUntil == nil {
            let counts = members[position].window.total(now: now)
            guard counts.calls >= settings.minimumCalls, let rate = counts.successRate else { continue }
            rates.append((position, rate))
        }
        return rates
    }

    /// The positions of those whose success rate is below the threshold, the worst first.
    private func outliers(among rates: [(position: Int, rate: Double)]) -> [Int] {
        guard rates.count >= settings.minimumPeers else { return [] }
        let count = Double(rates.count)
        let mean = rates.reduce(0) { $0 + $1.rate } / count
        let variance = rates.reduce(0) { $0 + ($1.rate - mean) * ($1.rate - mean) } / count
        let threshold = mean - settings.deviations * variance.squareRoot()
        // Rounding must not make an outlier of one among equals.
        return rates.filter { $0.rate < threshold - 1e-9 }.sorted { $0.rate < $1.rate }.map(\.position)
    }
}
