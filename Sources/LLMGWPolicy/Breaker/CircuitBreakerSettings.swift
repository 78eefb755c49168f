/// When a circuit breaker opens, for how long, and how it closes again.
public struct CircuitBreakerSettings: Sendable, Hashable {
    /// Opens at this share of failures among the window's calls, from 0 to 1.
    public var failureRate: Double
    /// Opens at this share of slow calls among the window's calls, from 0 to 1.
    public var slowRate: Double
    /// A call is slow if the first content of its stream took longer. A whole answer's time says nothing: it depends on its length.
    public var slowAfter: Duration
    /// Rates mean nothing for fewer calls than this.
    public var minimumCalls: Int
    /// How far back the rates look.
    public var window: Duration
    /// Opens after so many failures in a row, however few the calls are; 0 turns this off.
    public var consecutiveFailures: Int
    /// How long it stays open the first time; twice as long each time after, up to `maxOpen`.
    public var open: Duration
    public var maxOpen: Duration
    /// The open duration is drawn from this share around its value: 0.2 means 80 % to 120 %.
    public var jitter: Double
    /// Each stretch of this length that it stays closed takes back one doubling of the open duration.
    public var decay: Duration
    /// Probes at once while half-open.
    public var probes: Int
    /// Probes that have to succeed for it to close.
    public var probesToClose: Int
    /// Probes that may report, before it opens again for want of enough successes.
    public var maxProbeReports: Int
    /// Probes that may be sent, reported or not, before it opens again.
    public var maxProbes: Int
    /// A probe that has not reported by then, nor by the end that its own clocks set, counts as failed.
    public var probeTimeout: Duration

    public init(
        failureRate: Double = 0.5, slowRate: Double = 0.8, slowAfter: Duration = .seconds(30), minimumCalls: Int = 10,
        window: Duration = .seconds(60), consecutiveFailures: Int = 5, open: Duration = .seconds(15),
        maxOpen: Duration = .seconds(300), jitter: Double = 0.2, decay: Duration = .seconds(300), probes: Int = 2,
        probesToClose: Int = 2, maxProbeReports: Int = 4, maxProbes: Int = 16, probeTimeout: Duration = .seconds(90)
    ) {
        self.failureRate = failureRate
        self.slowRate = slowRate
        self.slowAfter = slowAfter
        self.minimumCalls = minimumCalls
        self.window = window
        self.consecutiveFailures = consecutiveFailures
        self.open = open
        self.maxOpen = maxOpen
        self.jitter = jitter
        self.decay = decay
        self.probes = probes
        self.probesToClose = probesToClose
        self.maxProbeReports = maxProbeReports
        self.maxProbes = maxProbes
        self.probeTimeout = probeTimeout
    }

    /// Opens late and stays open briefly: for an upstream without a substitute.
    public static let conservative = CircuitBreakerSettings(
        failureRate: 0.75, slowRate: 0.95, slowAfter: .seconds(60), minimumCalls: 20, consecutiveFailures: 10,
        open: .seconds(5), maxOpen: .seconds(60))
    public static let recommended = CircuitBreakerSettings()
    /// Opens early and stays open long: for an upstream with substitutes.
    public static let aggressive = CircuitBreakerSettings(
        failureRate: 0.25, slowRate: 0.5, slowAfter: .seconds(15), minimumCalls: 5, consecutiveFailures: 3,
        open: .seconds(30), maxOpen: .seconds(600))

    /// The presets by the names that the configuration uses.
    public static let presets: KeyValuePairs<String, CircuitBreakerSettings> = [
        "conservative": conservative, "recommended": recommended, "aggressive": aggressive,
    ]

    /// What is wrong with these settings, for people; nil if nothing is.
    public var defect: String? {
        if !(failureRate > 0 && failureRate <= 1) { return "failure_rate must be above 0 and at most 1" }
        if !(slowRate > 0 && slowRate <= 1) { return "slow_rate must be above 0 and at most 1" }
        if !(jitter >= 0 && jitter < 1) { return "jitter must be at least 0 and below 1" }
        if minimumCalls < 1 { return "minimum_calls must be at least 1" }
        if consecutiveFailures < 0 { return "consecutive_failures must not be negative" }
        if slowAfter <= .zero { return "slow_after must be positive" }
        if window < .milliseconds(1) { return "window must be at least a millisecond" }
        if open <= .zero || maxOpen < open { return "open must be positive and at most max_open" }
        if decay <= .zero { return "decay must be positive" }
        if probeTimeout <= .zero { return "probe_timeout must be positive" }
        if probes < 1 || probesToClose < 1 { return "probes and probes_to_close must be at least 1" }
        if maxProbeReports < probesToClose { return "max_probe_reports must not be below probes_to_close" }
        if maxProbes < maxProbeReports { return "max_probes must not be below max_probe_reports" }
        return nil
    }
}
