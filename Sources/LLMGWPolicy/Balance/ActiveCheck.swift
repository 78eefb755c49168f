public import LLMGWCore

public struct ActiveCheckSettings: Sendable, Hashable {
    /// From the end of a check to the next one, drawn from `jitter` around it.
    public var interval: Duration
    public var jitter: Double
    /// A check that takes longer has failed.
    public var timeout: Duration
    /// Failures in a row that make a target unhealthy.
    public var failureThreshold: Int
    /// Successes in a row that make it healthy again.
    public var recoveryThreshold: Int

    public init(
        interval: Duration = .seconds(30), jitter: Double = 0.2, timeout: Duration = .seconds(10),
        failureThreshold: Int = 3, recoveryThreshold: Int = 2
    ) {
        self.interval = interval
        self.jitter = jitter
        self.timeout = timeout
        self.failureThreshold = failureThreshold
        self.recoveryThreshold = recoveryThreshold
    }

    /// What is wrong with these settings, for people; nil if nothing is.
    public var defect: String? {
        if interval <= .zero { return "interval must be positive" }
        if !(jitter >= 0 && jitter < 1) { return "jitter must be at least 0 and below 1" }
        if timeout <= .zero { return "timeout must be positive" }
        if failureThreshold < 1 { return "failure_threshold must be at least 1" }
        if recoveryThreshold < 1 { return "recovery_threshold must be at least 1" }
        return nil
    }
}

/// Decides when a target is to be checked, and what the checks say.
///
/// Two dimensions: waiting or checking; healthy or unhealthy. It starts waiting and healthy: nothing is held against a target
/// that was not checked. No terminal state. Wrong input: a result that comes after its timeout, or that belongs to no check, does
/// nothing; settings with a `defect` are our bug (precondition).
public struct ActiveCheck: Sendable {
    /// One check, unique for the life of the schedule.
    public struct Check: Sendable, Hashable {
        let number: UInt64
    }

    public enum Change: String, Sendable, Hashable {
        case becameUnhealthy, becameHealthy
    }

    private enum Phase {
        case waiting(until: MonotonicInstant)
        case checking(Check, deadline: MonotonicInstant)
    }

    public let settings: ActiveCheckSettings
    public private(set) var isHealthy = true
    private var phase: Phase
    /// Results in a row that speak against the present health.
    private var contrary = 0
    private var checks: UInt64 = 0

    /// The first check is drawn from the whole interval, so that many targets are not checked at once.
    public init(
        settings: ActiveCheckSettings = ActiveCheckSettings(), now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) {
        precondition(settings.defect == nil, settings.defect ?? "")
        self.settings = settings
        self.phase = .waiting(until: now + settings.interval * Double.random(in: 0...1, using: &random))
    }

    /// When `due` has something to do next.
    public var nextEvent: MonotonicInstant {
        switch phase {
        case .waiting(let until): until
        case .checking(_, let deadline): deadline
        }
    }

    /// Begins the check that is due, and gives up one that takes too long.
    public mutating func due(
        now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> (begin: Check?, change: Change?) {
        switch phase {
        case .waiting(let until):
            guard until <= now else { return (nil, nil) }
            checks += 1
            let check = Check(number: checks)
            phase = .checking(check, deadline: now + settings.timeout)
            return (check, nil)
        case .checking(_, let deadline):
            guard deadline <= now else { return (nil, nil) }
            return (nil, conclude(succeeded: false, now: now, using: &random))
        }
    }

    /// `succeeded` is nil where the check has come to nothing and says nothing of the target: the next one is waited for.
    public mutating func finished(
        _ check: Check, succeeded: Bool?, now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Change? {
        guard case .checking(check, let deadline) = phase else { return nil }
        guard let succeeded else {
            waitForNext(now: now, using: &random)
            return nil
        }
        return conclude(succeeded: succeeded && now < deadline, now: now, using: &random)
    }

    private mutating func waitForNext(now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
        let factor = Double.random(in: (1 - settings.jitter)...(1 + settings.jitter), using: &random)
        phase = .waiting(until: now + settings.interval * factor)
    }

    private mutating func conclude(
        succeeded: Bool, now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) -> Change? {
        waitForNext(now: now, using: &random)
        contrary = succeeded == isHealthy ? 0 : contrary + 1
        guard contrary >= (isHealthy ? settings.failureThreshold : settings.recoveryThreshold) else { return nil }
        contrary = 0
        isHealthy.toggle()
        return isHealthy ? .becameHealthy : .becameUnhealthy
    }
}
