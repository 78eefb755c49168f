public import LLMGWCore

/// How many retries a provider is given.
public struct RetryBudgetSettings: Sendable, Hashable {
    /// Retries per first attempt.
    public var ratio: Double
    /// Retries per second that are allowed however few the first attempts are.
    public var minimumPerSecond: Double
    /// How long a first attempt counts.
    public var window: Duration

    public init(ratio: Double = 0.2, minimumPerSecond: Double = 1.0 / 6, window: Duration = .seconds(60)) {
        self.ratio = ratio
        self.minimumPerSecond = minimumPerSecond
        self.window = window
    }

    /// What is wrong with these settings, for people; nil if nothing is.
    public var defect: String? {
        if !(ratio >= 0 && ratio <= 10) { return "ratio must be from 0 to 10" }
        if !(minimumPerSecond >= 0 && minimumPerSecond <= 1000) { return "minimum_per_second must be from 0 to 1000" }
        if window < .milliseconds(1) { return "window must be at least a millisecond" }
        return nil
    }
}

/// Keeps retries a small share of the traffic, so that they cannot keep down an upstream that is down.
///
/// A bucket of tokens: each first attempt puts a share of one in, each retry takes one out, and both are forgotten after the
/// window. In the window before any retry, retries are at most `ratio` times the first attempts, and the minimum.
/// No terminal state. Wrong input: settings with a `defect` are our bug (precondition).
public struct RetryBudget: Sendable {
    private struct Flow: Tally {
        var first = 0
        var retries = 0

        static func += (sum: inout Flow, part: Flow) {
            sum.first += part.first
            sum.retries += part.retries
        }
    }

    private static let slots = 10
    public let settings: RetryBudgetSettings
    /// One slot more than the window: retries are counted for at least its length, first attempts for at most that.
    private var flow: SlidingWindow<Flow>

    public init(settings: RetryBudgetSettings = RetryBudgetSettings()) {
        precondition(settings.defect == nil, settings.defect ?? "")
        self.settings = settings
        self.flow = SlidingWindow(length: settings.window / Self.slots * (Self.slots + 1), slots: Self.slots + 1)
    }

    /// A request's first attempt begins.
    public mutating func deposit(now: MonotonicInstant) {
        flow.add(Flow(first: 1), now: now)
    }

    /// Takes a token for one retry; false if there is none.
    public mutating func withdraw(now: MonotonicInstant) -> Bool {
        guard balance(now: now) >= 1 else { return false }
        flow.add(Flow(retries: 1), now: now)
        return true
    }

    /// Tokens that are left.
    public mutating func balance(now: MonotonicInstant) -> Double {
        let first = flow.total(now: now, last: Self.slots).first
        let minimum = settings.minimumPerSecond * (settings.window / .seconds(1))
        return settings.ratio * Double(first) + minimum - Double(flow.total(now: now).retries)
    }
}
