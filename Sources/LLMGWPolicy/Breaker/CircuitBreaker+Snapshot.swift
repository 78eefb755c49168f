public import LLMGWCore

public enum BreakerState: String, Sendable, Hashable, CaseIterable {
    case closed, open
    case halfOpen = "half-open"
    case forcedOpen = "forced-open"
    case forcedClosed = "forced-closed"
}

extension CircuitBreaker {
    /// A change of state, for the log and for events.
    public struct Transition: Sendable, Hashable {
        public enum Cause: String, Sendable, Hashable, CaseIterable {
            case failureRate = "failure_rate"
            case slowRate = "slow_rate"
            case consecutiveFailures = "consecutive_failures"
            case openElapsed = "open_elapsed"
            case probeFailed = "probe_failed"
            case probeExpired = "probe_expired"
            case probesUsedUp = "probes_used_up"
            case probesSucceeded = "probes_succeeded"
            case forced, released
            case forceExpired = "force_expired"
        }

        public let from: BreakerState
        public let to: BreakerState
        public let cause: Cause
        /// The generation that begins.
        public let generation: UInt64
        public let at: MonotonicInstant
        /// When the new state ends by itself, where it does.
        public var until: MonotonicInstant?
    }

    /// A breaker as an operator sees it.
    public struct Snapshot: Sendable, Hashable {
        public let state: BreakerState
        public let generation: UInt64
        public let counts: CallCounts
        /// Openings in a row; the open duration doubles with each.
        public let openings: Int
        public var failuresInARow = 0
        public var probesPending = 0
        public var until: MonotonicInstant?
        public var forced: ForcedState?
    }
}
