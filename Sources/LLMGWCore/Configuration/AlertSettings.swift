/// `[alerts.NAME]`: a figure that people want to hear of when it passes a threshold.
public struct AlertSettings: Sendable, Hashable {
    public var name: String
    public var metric: Metric
    /// Of this model or provider; nil means all requests.
    public var subject: Subject?
    public var threshold: Double
    /// How long the figure must be beyond the threshold, and back again. What is spent of a budget only rises: there it says nothing.
    public var hold: Duration
    public var severity: Severity
    /// Where the alert is POSTed, beside the log.
    public var webhook: Secret?

    public enum Metric: String, Sendable, CaseIterable {
        /// Shares from 0 to 1. The success rate alerts below the threshold, all others above.
        case errorRate = "error_rate"
        case successRate = "success_rate"
        /// Seconds.
        case firstTokenP95 = "first_token_p95"
        case latencyP95 = "latency_p95"
        /// What is spent of a budget, as a share. Each budget counts for itself, and once in a period.
        case budgetShare = "budget_share"
    }

    public enum Subject: Sendable, Hashable {
        case model(String)
        case provider(String)
    }

    public enum Severity: String, Sendable, CaseIterable {
        case warning, critical
    }

    public init(
        name: String, metric: Metric, subject: Subject? = nil, threshold: Double, hold: Duration = .seconds(60),
        severity: Severity = .warning, webhook: Secret? = nil
    ) {
        self.name = name
        self.metric = metric
        self.subject = subject
        self.threshold = threshold
        self.hold = hold
        self.severity = severity
        self.webhook = webhook
    }
}
