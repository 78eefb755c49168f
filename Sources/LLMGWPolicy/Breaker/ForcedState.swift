public import LLMGWCore

/// An operator's order to a breaker, with who gave it and why.
public struct ForcedState: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case open, closed
    }

    public var kind: Kind
    public var actor: String
    public var reason: String

    public init(_ kind: Kind, actor: String, reason: String) {
        self.kind = kind
        self.actor = actor
        self.reason = reason
    }
}

/// A forced state as it outlives the process. Its expiry is a time of day, because the monotonic clock starts anew.
///
/// Only forced states are kept: a breaker finds out the others by itself.
public struct PersistedForcedState: Sendable, Hashable {
    public var order: ForcedState
    /// Milliseconds since 1970; nil where it does not expire.
    public var expiresAt: Int64?

    public init(order: ForcedState, expiresAt: Int64?) {
        self.order = order
        self.expiresAt = expiresAt
    }
}

extension CircuitBreaker {
    /// The forced state to keep; nil if there is none, or if it has expired. `wallClock` is `now` in milliseconds since 1970.
    public mutating func persisted(now: MonotonicInstant, wallClock: Int64) -> PersistedForcedState? {
        let snapshot = snapshot(now: now)
        guard let order = snapshot.forced else { return nil }
        guard let expiry = snapshot.until else { return PersistedForcedState(order: order, expiresAt: nil) }
        guard expiry > now else { return nil }
        let (expiresAt, overflow) = wallClock.addingReportingOverflow((expiry - now).wholeMilliseconds)
        return PersistedForcedState(order: order, expiresAt: overflow ? .max : expiresAt)
    }

    /// Continues a kept state. Nil, and nothing changes, if it expired in between.
    public mutating func restore(
        _ persisted: PersistedForcedState, now: MonotonicInstant, wallClock: Int64
    ) -> Transition? {
        guard let expiresAt = persisted.expiresAt else { return force(persisted.order, until: nil, now: now) }
        let (left, overflow) = expiresAt.subtractingReportingOverflow(wallClock)
        guard left > 0 || overflow else { return nil }
        return force(persisted.order, until: overflow ? .distantFuture : now + .milliseconds(left), now: now)
    }
}
