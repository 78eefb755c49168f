import LLMGWCore
import LLMGWPolicy

/// What a circuit breaker should do, in the plainest words: it keeps every event of its generation in a list and counts anew each time.
struct BreakerModel {
    struct Call {
        var slot: UInt64
        var isFailure: Bool
        var isSlow: Bool
    }

    struct Probe {
        var deadline: MonotonicInstant
        var outcome: BreakerOutcome?
        var isSlow = false
    }

    let settings: CircuitBreakerSettings
    var state = BreakerState.closed
    var generation: UInt64 = 0
    /// The end of an opening or of a forced state.
    var until: MonotonicInstant?
    var closedSince: MonotonicInstant
    var openings = 0
    var calls: [Call] = []
    var inARow = 0
    /// Of this generation, by the permit.
    var probes: [CircuitBreaker.Permit: Probe] = [:]

    init(settings: CircuitBreakerSettings, now: MonotonicInstant) {
        self.settings = settings
        closedSince = now
    }

    var pending: [Probe] { probes.values.filter { $0.outcome == nil } }
    var reported: Int { probes.values.count { $0.outcome != nil && $0.outcome != .neutral } }

    /// What the passing of time changes; `openedUntil` is what the breaker said it drew.
    mutating func advance(to now: MonotonicInstant, openedUntil: MonotonicInstant?) -> [BreakerState] {
        var path: [BreakerState] = []
        if state == .forcedOpen || state == .forcedClosed, let until, until <= now {
            become(.closed, until: nil)
            closedSince = until
            path.append(.closed)
        }
        if state == .halfOpen, let deadline = pending.map(\.deadline).min(), deadline <= now {
            open(until: openedUntil)
            path.append(.open)
        }
        if state == .open, let until, until <= now {
            become(.halfOpen, until: nil)
            path.append(.halfOpen)
        }
        return path
    }

    var admits: Bool {
        switch state {
        case .closed, .forcedClosed: true
        case .open, .forcedOpen: false
        case .halfOpen:
            pending.count < settings.probes && reported + pending.count < settings.maxProbeReports
                && probes.count < settings.maxProbes
        }
    }

    mutating func admitted(_ permit: CircuitBreaker.Permit, lasting: Duration, now: MonotonicInstant) {
        if state == .halfOpen { probes[permit] = Probe(deadline: now + max(lasting, settings.probeTimeout)) }
    }

    mutating func record(
        _ outcome: BreakerOutcome, _ permit: CircuitBreaker.Permit, isSlow: Bool, now: MonotonicInstant,
        openedUntil: MonotonicInstant?
    ) -> [BreakerState] {
        guard permit.generation == generation else { return [] }
        let before = state
        if state == .halfOpen {
            guard probes[permit]?.outcome == nil else { return [] }
            probes[permit]?.outcome = outcome
            probes[permit]?.isSlow = isSlow
            let good = probes.values.count { ($0.outcome == .success || $0.outcome == .reachable) && !$0.isSlow }
            let usedUp = reported >= settings.maxProbeReports || probes.count >= settings.maxProbes
            if outcome == .failure {
                open(until: openedUntil)
            } else if good >= settings.probesToClose {
                become(.closed, until: nil)
                closedSince = now
            } else if usedUp, pending.isEmpty {
                open(until: openedUntil)
            }
        } else if outcome == .success || outcome == .failure {
            calls.append(Call(slot: slot(now), isFailure: outcome == .failure, isSlow: isSlow))
            inARow = outcome == .failure ? inARow + 1 : 0
            let recent = calls.filter { $0.slot + 10 > slot(now) }
            let failures = Double(recent.count(where: \.isFailure)) / Double(recent.count)
            let slow = Double(recent.count(where: \.isSlow)) / Double(recent.count)
            let isBad = failures >= settings.failureRate || slow >= settings.slowRate
            let isLong = settings.consecutiveFailures > 0 && inARow >= settings.consecutiveFailures
            if state == .closed, isLong || (isBad && recent.count >= settings.minimumCalls) {
                let healthy = Int((now - closedSince) / settings.decay)
                openings = max(0, openings - healthy)
                open(until: openedUntil)
            }
        }
        return state == before ? [] : [state]
    }

    mutating func force(_ kind: ForcedState.Kind, until: MonotonicInstant?) {
        openings = 0
        become(kind == .open ? .forcedOpen : .forcedClosed, until: until)
    }

    mutating func release(now: MonotonicInstant) {
        openings = 0
        if state == .closed {
            calls = []
            inARow = 0
        } else {
            become(.closed, until: nil)
        }
        closedSince = now
    }

    private mutating func open(until: MonotonicInstant?) {
        openings += 1
        become(.open, until: until)
    }

    private mutating func become(_ next: BreakerState, until: MonotonicInstant?) {
        state = next
        self.until = until
        generation += 1
        calls = []
        inARow = 0
        probes = [:]
    }

    private func slot(_ now: MonotonicInstant) -> UInt64 {
        now.nanoseconds / (UInt64(settings.window.wholeNanoseconds) / 10)
    }
}
