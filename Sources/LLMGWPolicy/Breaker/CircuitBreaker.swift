public import LLMGWCore

/// Keeps requests away from an upstream that fails, and finds out by a few probes when it works again.
///
/// States: closed (all pass), open (none pass until its time is over), half-open (a bounded number of probes pass), and
/// two that an operator sets, forced-open and forced-closed, which only the operator or their expiry end. None is
/// terminal. A second dimension is the generation: it grows with every transition, each permit carries the one it was
/// given in, and a report of an older generation changes nothing, so that a call from before cannot decide a probe.
/// There is no timer: what is due by `now` happens first in every call.
///
/// A probe's first report decides, which may come as soon as its answer begins; what it reports after that does nothing. Wrong input: a permit
/// that is never reported is tolerated while half-open (it counts as failed at its deadline); settings with a `defect` are our bug
/// (precondition).
public struct CircuitBreaker: Sendable {
    /// The right to send one request. Take it last, right before the request is sent, and record its outcome.
    public struct Permit: Sendable, Hashable {
        public let generation: UInt64
        /// True while half-open: prefer a request that may run twice.
        public let isProbe: Bool
        let number: UInt64
    }

    public enum Admission: Sendable, Hashable {
        case permitted(Permit)
        /// Not before this, unless a probe's report or the operator changes the state earlier; nil if only the operator can.
        case rejected(until: MonotonicInstant?)
    }

    private enum Mode {
        case closed(Closed)
        case open(until: MonotonicInstant)
        case halfOpen(Probing)
        case forced(Forced)
    }

    private struct Closed {
        var since: MonotonicInstant
        var failuresInARow = 0
    }

    private struct Probing {
        /// The deadlines of probes that have not reported, by the permit's number.
        var pending: [UInt64: MonotonicInstant] = [:]
        var sent = 0
        var reported = 0
        var succeeded = 0
    }

    private struct Forced {
        var order: ForcedState
        var expiry: MonotonicInstant?
    }

    public let settings: CircuitBreakerSettings
    private var mode: Mode
    private var generation: UInt64 = 0
    private var permits: UInt64 = 0
    /// Openings without a long enough healthy time between them.
    private var openings = 0
    private var window: SlidingWindow<CallCounts>

    public init(settings: CircuitBreakerSettings = .recommended, now: MonotonicInstant) {
        precondition(settings.defect == nil, settings.defect ?? "")
        self.settings = settings
        self.mode = .closed(Closed(since: now))
        self.window = SlidingWindow(length: settings.window)
    }

    /// Asks to send one request now. `lasting` is how long it may take by clocks of its own: until then nobody can know whether a probe fails.
    public mutating func acquire(
        lasting: Duration = .zero, now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> (admission: Admission, transitions: [Transition]) {
        let transitions = advance(to: now, using: &random)
        switch mode {
        case .closed: return (.permitted(permit(isProbe: false)), transitions)
        case .open(let until): return (.rejected(until: until), transitions)
        case .forced(let forced) where forced.order.kind == .closed:
            return (.permitted(permit(isProbe: false)), transitions)
        case .forced(let forced): return (.rejected(until: forced.expiry), transitions)
        case .halfOpen(var probing):
            guard takesProbe(probing) else {
                return (.rejected(until: probing.pending.values.min()), transitions)
            }
            let permit = permit(isProbe: true)
            probing.pending[permit.number] = now + max(lasting, settings.probeTimeout)
            probing.sent += 1
            mode = .halfOpen(probing)
            return (.permitted(permit), transitions)
        }
    }

    /// When `acquire` would permit a request, as far as is known: `now` if it would now, nil if only the operator can change that.
    public func opening(now: MonotonicInstant) -> MonotonicInstant? {
        switch mode {
        case .closed: return now
        case .open(let until): return max(until, now)
        case .forced(let forced):
            guard forced.order.kind == .open else { return now }
            return forced.expiry.map { max($0, now) }
        case .halfOpen(let probing):
            // One that is overdue opens the breaker, if nobody reports before; for how long, is drawn then.
            return takesProbe(probing) ? now : max(probing.pending.values.min() ?? now, now)
        }
    }

    private func takesProbe(_ probing: Probing) -> Bool {
        probing.pending.count < settings.probes && probing.sent < settings.maxProbes
            && probing.reported + probing.pending.count < settings.maxProbeReports
    }

    /// Reports how the permitted request went; `took` is the time to the first content of its stream, where there was any.
    public mutating func record(
        _ outcome: BreakerOutcome, for permit: Permit, took: Duration? = nil, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> [Transition] {
        var transitions = advance(to: now, using: &random)
        guard permit.generation == generation else { return transitions }
        let isSlow = took.map { $0 > settings.slowAfter } ?? false
        switch mode {
        case .closed(let closed):
            transitions += recordClosed(closed, outcome, isSlow: isSlow, now: now, using: &random)
        case .halfOpen(var probing):
            guard probing.pending.removeValue(forKey: permit.number) != nil else { break }
            transitions += recordProbe(&probing, outcome, isSlow: isSlow, now: now, using: &random)
        case .forced: count(outcome, isSlow: isSlow, now: now)
        case .open: break  // No permit is of an open generation.
        }
        return transitions
    }

    /// Sets a state that stays until `release`, or until its expiry. What was under way no longer counts.
    public mutating func force(_ order: ForcedState, until expiry: MonotonicInstant?, now: MonotonicInstant)
        -> Transition
    {
        openings = 0
        return change(to: .forced(Forced(order: order, expiry: expiry)), .forced, now: now)
    }

    /// Closes it with an empty window: ends a forced state, and resets an open or half-open breaker. Nil if it was closed.
    public mutating func release(now: MonotonicInstant) -> Transition? {
        openings = 0
        if case .closed = mode {
            window.removeAll()
            mode = .closed(Closed(since: now))
            return nil
        }
        return change(to: .closed(Closed(since: now)), .released, now: now)
    }

    /// The state as it is at `now`; call after `acquire` or `record` to see what they changed.
    public mutating func snapshot(now: MonotonicInstant) -> Snapshot {
        if case .forced(let forced) = mode, let expiry = forced.expiry, expiry <= now {
            // The order is over; the transition waits for the next call.
            return Snapshot(state: .closed, generation: generation, counts: CallCounts(), openings: openings)
        }
        var snapshot = Snapshot(
            state: state, generation: generation, counts: window.total(now: now), openings: openings)
        switch mode {
        case .closed(let closed): snapshot.failuresInARow = closed.failuresInARow
        case .open(let until): snapshot.until = until
        case .halfOpen(let probing): snapshot.probesPending = probing.pending.count
        case .forced(let forced):
            snapshot.until = forced.expiry
            snapshot.forced = forced.order
        }
        return snapshot
    }

    public var state: BreakerState {
        switch mode {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        case .forced(let forced): forced.order.kind == .open ? .forcedOpen : .forcedClosed
        }
    }

    private mutating func recordClosed(
        _ before: Closed, _ outcome: BreakerOutcome, isSlow: Bool, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> [Transition] {
        count(outcome, isSlow: isSlow, now: now)
        var closed = before
        switch outcome {
        case .success: closed.failuresInARow = 0
        case .failure: closed.failuresInARow += 1
        case .reachable, .neutral: return []
        }
        mode = .closed(closed)
        guard let cause = tripCause(closed, now: now) else { return [] }
        let healthy = (now - closed.since).wholeNanoseconds / settings.decay.wholeNanoseconds
        openings = max(0, openings - Int(healthy))
        return [open(from: now, cause, now: now, using: &random)]
    }

    private mutating func tripCause(_ closed: Closed, now: MonotonicInstant) -> Transition.Cause? {
        if settings.consecutiveFailures > 0, closed.failuresInARow >= settings.consecutiveFailures {
            return .consecutiveFailures
        }
        let counts = window.total(now: now)
        guard counts.calls >= settings.minimumCalls else { return nil }
        if let rate = counts.failureRate, rate >= settings.failureRate { return .failureRate }
        if let rate = counts.slowRate, rate >= settings.slowRate { return .slowRate }
        return nil
    }

    private mutating func recordProbe(
        _ probing: inout Probing, _ outcome: BreakerOutcome, isSlow: Bool, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> [Transition] {
        switch outcome {
        case .failure: return [open(from: now, .probeFailed, now: now, using: &random)]
        case .success, .reachable:
            probing.reported += 1
            // A slow answer shows that the upstream lives, not that it has recovered.
            if !isSlow { probing.succeeded += 1 }
            if probing.succeeded >= settings.probesToClose {
                return [change(to: .closed(Closed(since: now)), .probesSucceeded, now: now)]
            }
        case .neutral: break
        }
        let usedUp = probing.reported >= settings.maxProbeReports || probing.sent >= settings.maxProbes
        if usedUp, probing.pending.isEmpty { return [open(from: now, .probesUsedUp, now: now, using: &random)] }
        mode = .halfOpen(probing)
        return []
    }

    /// Does what is due. A probe's deadline can open it, and the end of that opening can lie before `now` too.
    private mutating func advance(
        to now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> [Transition] {
        var transitions: [Transition] = []
        if case .forced(let forced) = mode, let expiry = forced.expiry, expiry <= now {
            transitions.append(change(to: .closed(Closed(since: expiry)), .forceExpired, now: now))
        }
        if case .halfOpen(let probing) = mode, let deadline = probing.pending.values.min(), deadline <= now {
            transitions.append(open(from: deadline, .probeExpired, now: now, using: &random))
        }
        if case .open(let until) = mode, until <= now {
            transitions.append(change(to: .halfOpen(Probing()), .openElapsed, now: now))
        }
        return transitions
    }

    private mutating func open(
        from start: MonotonicInstant, _ cause: Transition.Cause, now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> Transition {
        var duration = settings.open
        for _ in 0..<openings where duration < settings.maxOpen { duration *= 2 }
        openings += 1
        let factor = Double.random(in: (1 - settings.jitter)...(1 + settings.jitter), using: &random)
        // The cap holds for the drawn duration too, so that nobody waits longer than configured.
        let until = start + min(min(duration, settings.maxOpen) * factor, settings.maxOpen)
        return change(to: .open(until: until), cause, now: now)
    }

    private mutating func change(to next: Mode, _ cause: Transition.Cause, now: MonotonicInstant) -> Transition {
        let before = state
        mode = next
        generation += 1
        window.removeAll()
        var transition = Transition(from: before, to: state, cause: cause, generation: generation, at: now)
        switch next {
        case .open(let until): transition.until = until
        case .forced(let forced): transition.until = forced.expiry
        case .closed, .halfOpen: break
        }
        return transition
    }

    private mutating func count(_ outcome: BreakerOutcome, isSlow: Bool, now: MonotonicInstant) {
        switch outcome {
        case .success: window.add(CallCounts(calls: 1, slow: isSlow ? 1 : 0), now: now)
        case .failure: window.add(CallCounts(calls: 1, failures: 1, slow: isSlow ? 1 : 0), now: now)
        case .reachable, .neutral: break
        }
    }

    private mutating func permit(isProbe: Bool) -> Permit {
        permits += 1
        return Permit(generation: generation, isProbe: isProbe, number: permits)
    }
}
