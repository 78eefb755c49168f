public import LLMGWCore

/// How much is granted at present: what the configuration allows, what the provider says it allows, and how it reacts, whichever is least.
///
/// Tightening is immediate. Loosening is slow, for most limits by a tenth a minute, and never beyond what is configured. A limit of which nobody has said
/// anything is found out: none until the provider complains, then half of what was used, growing again until it is forgotten. No terminal
/// state. Wrong input: a limit of zero or less from a provider says nothing and is ignored.
public struct LearnedLimit: Sendable {
    public enum Source: String, Sendable {
        case configured, provider, learned
    }

    /// A limit grows to this many times itself each minute.
    private let growth: Double
    /// No complaint lowers it further.
    private let floor: Int
    /// A learned limit that has grown to this many times its start is forgotten.
    private static let forgotten = 8.0

    private struct Ramp: Sendable {
        var start: Double
        var since: MonotonicInstant
    }

    public private(set) var configured: Int?
    private var reported: Int?
    private var ramp: Ramp?

    public init(configured: Int?, growth: Double = 1.1, floor: Int = 1) {
        self.configured = configured
        self.growth = growth
        self.floor = floor
    }

    /// What is granted; nil where there is no limit.
    public func current(now: MonotonicInstant) -> Int? {
        let known = known
        guard let ramp, let value = grown(ramp, now) else { return known }
        return known.map { min($0, value) } ?? value
    }

    /// What is granted when nothing holds it back.
    public var known: Int? {
        guard let configured else { return reported }
        return reported.map { min($0, configured) } ?? configured
    }

    public func source(now: MonotonicInstant) -> Source {
        if let ramp, let value = grown(ramp, now), known.map({ value < $0 }) ?? true { return .learned }
        if let reported, configured.map({ reported < $0 }) ?? true { return .provider }
        return configured == nil ? .learned : .configured
    }

    private func grown(_ ramp: Ramp, _ now: MonotonicInstant) -> Int? { value(of: ramp, now).map { max(1, Int($0)) } }

    /// Nil where the ramp holds nothing back any more.
    private func value(of ramp: Ramp, _ now: MonotonicInstant) -> Double? {
        let minutes = max(0, (now - ramp.since) / .seconds(60))
        let factor = power(growth, minutes)
        let value = ramp.start * factor
        if let known { return Double(known) <= value ? nil : value }
        return factor >= Self.forgotten ? nil : value
    }

    /// The operator changed the configuration.
    public mutating func configure(_ limit: Int?) { configured = limit }

    /// The provider says what it allows. It says the same with every answer, which changes nothing: a ramp goes on where it is.
    public mutating func report(_ limit: Int, now: MonotonicInstant) {
        guard limit > 0, limit != reported else { return }
        // A part of one is kept as well: it is what grows.
        let before = ramp.flatMap { value(of: $0, now) } ?? known.map(Double.init)
        reported = limit
        guard let before, let known, Double(known) > before else { return }
        ramp = Ramp(start: before, since: max(now, ramp?.since ?? now))
    }

    /// The provider complained when `used` was in use, without saying how much it allows. The limit stays put for `hold`.
    public mutating func complain(used: Int, hold: Duration, now: MonotonicInstant) {
        let basis = current(now: now).map { min($0, max(used, 1)) } ?? used
        ramp = Ramp(start: Double(max(floor, basis / 2)), since: now + hold)
    }
}

/// `base` to the power of `exponent`, straight between whole numbers: a slow ramp needs no mathematical library.
private func power(_ base: Double, _ exponent: Double) -> Double {
    let whole = Int(min(exponent, 1000))
    var result = 1.0
    for _ in 0..<whole { result *= base }
    return result * (1 + (base - 1) * (min(exponent, 1000) - Double(whole)))
}
