public import LLMGWCore

/// Follows one rule for one provider or model.
///
/// States: quiet, pending (the condition holds, not long enough yet), firing, and recovering (firing, but the condition does not
/// hold any more). None is terminal. A sample with too few calls changes nothing and counts for neither side: an outage
/// that keeps all calls away must not resolve its own alert. Wrong input: a rule with a `defect` is our bug (precondition).
public struct AlertState: Sendable {
    public enum Phase: Sendable, Hashable {
        case quiet
        case pending(since: MonotonicInstant)
        case firing(since: MonotonicInstant)
        case recovering(since: MonotonicInstant, firingSince: MonotonicInstant)
    }

    public enum Event: Sendable, Hashable {
        /// The value that was observed last: seconds or a share, as the condition's bound.
        case fired(value: Double)
        case resolved(value: Double, after: Duration)
    }

    public let rule: AlertRule
    public private(set) var phase = Phase.quiet

    public init(rule: AlertRule) {
        precondition(rule.defect == nil, rule.defect ?? "")
        self.rule = rule
    }

    public var isFiring: Bool {
        switch phase {
        case .quiet, .pending: false
        case .firing, .recovering: true
        }
    }

    /// Call it at regular times with the present sample.
    public mutating func evaluate(_ sample: CallSample, now: MonotonicInstant) -> Event? {
        guard let value = rule.value(sample) else { return nil }
        return rule.isCrossed(by: value) ? crossed(value, now) : clear(value, now)
    }

    private mutating func crossed(_ value: Double, _ now: MonotonicInstant) -> Event? {
        switch phase {
        case .quiet: phase = .pending(since: now)
        case .pending, .firing: break
        case .recovering(_, let firingSince): phase = .firing(since: firingSince)
        }
        guard case .pending(let since) = phase, now - since >= rule.hold else { return nil }
        phase = .firing(since: now)
        return .fired(value: value)
    }

    private mutating func clear(_ value: Double, _ now: MonotonicInstant) -> Event? {
        switch phase {
        case .quiet, .recovering: break
        case .pending: phase = .quiet
        case .firing(let firingSince): phase = .recovering(since: now, firingSince: firingSince)
        }
        guard case .recovering(let since, let firingSince) = phase, now - since >= rule.hold else { return nil }
        phase = .quiet
        return .resolved(value: value, after: now - firingSince)
    }
}
