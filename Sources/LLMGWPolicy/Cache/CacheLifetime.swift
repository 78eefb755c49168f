import Glibc
public import LLMGWCore

/// From when to when an answer may be served, and as what.
public struct CacheLifetime: Sendable, Hashable {
    public var created: MonotonicInstant
    /// Fresh until here.
    public var expires: MonotonicInstant
    /// How long it took upstream; making it anew will take about as long.
    public var recomputation: Duration

    public init(created: MonotonicInstant, expires: MonotonicInstant, recomputation: Duration) {
        self.created = created
        self.expires = expires
        self.recomputation = recomputation
    }

    /// For an answer that is there now. The time to live is drawn from a tenth around `ttl`, so that what came together does not expire
    /// together.
    public init(
        now: MonotonicInstant, ttl: Duration, recomputation: Duration, random: inout some RandomNumberGenerator
    ) {
        let factor = Double.random(in: 0.9...1.1, using: &random)
        self.init(created: now, expires: now + ttl * factor, recomputation: recomputation)
    }

    /// What the answer is good for.
    public enum Verdict: Sendable, Hashable {
        case fresh
        /// Fresh, but this request had better make it anew already (XFetch): it will be needed, and all would miss it at once.
        case renewEarly
        /// To be served while it is made anew, by as much as it is over its time.
        case stale(by: Duration)
    }

    /// Making an answer anew before its time pays only where that takes long.
    private static let worthRenewing = Duration.seconds(1)

    /// `maxAge` is what the caller still calls fresh.
    public func verdict(
        now: MonotonicInstant, maxAge: Duration?, random: inout some RandomNumberGenerator
    ) -> Verdict {
        let end = min(expires, maxAge.map { created + $0 } ?? .distantFuture)
        guard now < end else { return .stale(by: now - end) }
        guard recomputation > Self.worthRenewing, end == expires else { return .fresh }
        // Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, with β = 1.
        let draw =
            -Double(recomputation.wholeNanoseconds) * log(Double.random(in: .leastNonzeroMagnitude...1, using: &random))
        return now + .nanoseconds(Int64(min(draw, 1e18))) >= expires ? .renewEarly : .fresh
    }

    public func age(now: MonotonicInstant) -> Duration { max(.zero, now - created) }
}
