public import LLMGWCore

/// Remembers until when to keep away from what has asked for it: deployments, providers.
///
/// Each key is open, or closed until an instant; at that instant it is open. An instant only moves later: a shorter wait that
/// is asked for meanwhile does not shorten a longer one. Only `reset`, an operator's order, opens earlier. No terminal
/// state; keys that have opened are forgotten. Wrong input: closing until an instant that has passed does nothing.
public struct CooldownGate<Key: Hashable & Sendable>: Sendable {
    private var closedUntil: [Key: MonotonicInstant] = [:]

    public init() {}

    /// Returns when the key opens now.
    @discardableResult
    public mutating func close(_ key: Key, until: MonotonicInstant, now: MonotonicInstant) -> MonotonicInstant {
        // Closing is rare, so this is the moment to forget; the map cannot grow beyond the keys that are closed.
        closedUntil = closedUntil.filter { $0.value > now }
        let later = max(until, closedUntil[key] ?? now)
        if later > now { closedUntil[key] = later }
        return max(later, now)
    }

    /// When a request that needs all these keys may go: the latest opening; `now` if all are open.
    public func opening(of keys: some Sequence<Key>, now: MonotonicInstant) -> MonotonicInstant {
        // Most of the time nothing is closed.
        closedUntil.isEmpty ? now : keys.reduce(now) { max($0, closedUntil[$1] ?? now) }
    }

    public func isOpen(_ keys: some Sequence<Key>, now: MonotonicInstant) -> Bool {
        closedUntil.isEmpty || keys.allSatisfy { closedUntil[$0].map { $0 <= now } ?? true }
    }

    /// When the first of the candidates, each with all the keys it needs, may go; nil if there is no candidate.
    public func earliestOpening(
        among candidates: some Sequence<[Key]>, now: MonotonicInstant
    ) -> MonotonicInstant? {
        candidates.map { opening(of: $0, now: now) }.min()
    }

    /// An operator opens it. False if it was open.
    public mutating func reset(_ key: Key, now: MonotonicInstant) -> Bool {
        closedUntil.removeValue(forKey: key).map { $0 > now } ?? false
    }

    /// What is closed, and until when.
    public func closed(now: MonotonicInstant) -> [Key: MonotonicInstant] {
        closedUntil.filter { $0.value > now }
    }
}
