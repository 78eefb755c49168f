internal import LLMGWCore

/// The five clocks of one exchange with an upstream, and the caller's deadline.
///
/// States: connecting → waiting (for the first content) → streaming → draining (the answer is complete, the transfer is not) → over
/// (terminal). Time is an argument everywhere.
///
/// Only a streamed answer has a first token that can be seen from outside: for a whole answer the first-token clock does not run, and the total clock does.
/// While we pause the transfer, the idle clock stands still: the silence is ours. Wrong input: events after the end are a race with a transfer
/// that is being dropped, and change nothing.
struct ExchangeClocks: Sendable {
    enum Expiry: Sendable, Equatable {
        case connect, firstToken, idle, total, drain
        /// The caller's own limit.
        case deadline
    }

    private enum State: Equatable {
        case connecting
        case waiting(since: MonotonicInstant)
        case streaming(lastContent: MonotonicInstant, paused: Bool)
        case draining(since: MonotonicInstant)
        case over
    }

    private let timeouts: UpstreamTimeouts
    private let isStream: Bool
    private let started: MonotonicInstant
    private let deadline: MonotonicInstant
    private var state = State.connecting

    init(timeouts: UpstreamTimeouts, isStream: Bool, started: MonotonicInstant, deadline: MonotonicInstant) {
        self.timeouts = timeouts
        self.isStream = isStream
        self.started = started
        self.deadline = deadline
    }

    mutating func connected(now: MonotonicInstant) {
        if state == .connecting { state = .waiting(since: now) }
    }

    /// A piece of the answer came. Comments and pings are none.
    mutating func content(now: MonotonicInstant) {
        switch state {
        case .connecting, .waiting: state = .streaming(lastContent: now, paused: false)
        case .streaming(_, let paused): state = .streaming(lastContent: now, paused: paused)
        case .draining, .over: break
        }
    }

    mutating func paused() {
        if case .streaming(let last, _) = state { state = .streaming(lastContent: last, paused: true) }
    }

    mutating func resumed(now: MonotonicInstant) {
        if case .streaming(_, true) = state { state = .streaming(lastContent: now, paused: false) }
    }

    /// The answer's end mark came.
    mutating func completed(now: MonotonicInstant) {
        if state != .over { state = .draining(since: now) }
    }

    mutating func finished() { state = .over }

    /// The clock that runs out first, and when; nil once everything is over.
    var next: (expiry: Expiry, at: MonotonicInstant)? {
        var candidates: [(Expiry, MonotonicInstant)] = []
        switch state {
        case .connecting: candidates.append((.connect, started + timeouts.connect))
        case .waiting(let since): if isStream { candidates.append((.firstToken, since + timeouts.firstToken)) }
        case .streaming(let last, let paused): if !paused { candidates.append((.idle, last + timeouts.idle)) }
        case .draining(let since): return (.drain, since + timeouts.drain)
        case .over: return nil
        }
        candidates.append((.total, started + timeouts.total))
        candidates.append((.deadline, deadline))
        return candidates.min { $0.1 < $1.1 }.map { ($0.0, $0.1) }
    }

    /// What has run out by now.
    func expired(now: MonotonicInstant) -> Expiry? {
        guard let next, next.at <= now else { return nil }
        return next.expiry
    }
}
