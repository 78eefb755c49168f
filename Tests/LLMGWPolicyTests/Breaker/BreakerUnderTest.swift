import LLMGWCore
import LLMGWPolicy
import TestSupport

/// A breaker with its random numbers, and the transitions it has reported.
final class BreakerUnderTest {
    var breaker: CircuitBreaker
    var random: SeededRandom
    var transitions: [CircuitBreaker.Transition] = []

    init(_ settings: CircuitBreakerSettings = .recommended, seed: UInt64 = 1) {
        breaker = CircuitBreaker(settings: settings, now: at(0))
        random = SeededRandom(seed: seed)
    }

    func acquire(lasting: Duration = .zero, _ now: MonotonicInstant) -> CircuitBreaker.Admission {
        let (admission, reported) = breaker.acquire(lasting: lasting, now: now, using: &random)
        transitions += reported
        return admission
    }

    func permit(lasting: Duration = .zero, _ now: MonotonicInstant) -> CircuitBreaker.Permit? {
        if case .permitted(let permit) = acquire(lasting: lasting, now) { permit } else { nil }
    }

    func record(
        _ outcome: BreakerOutcome, _ permit: CircuitBreaker.Permit, took: Duration? = nil, _ now: MonotonicInstant
    ) {
        transitions += breaker.record(outcome, for: permit, took: took, now: now, using: &random)
    }

    /// One request from its permit to its outcome; false if it was rejected.
    func call(_ outcome: BreakerOutcome, took: Duration? = nil, _ now: MonotonicInstant) -> Bool {
        guard let permit = permit(now) else { return false }
        record(outcome, permit, took: took, now)
        return true
    }
}
