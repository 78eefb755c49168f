import LLMGWCore
import LLMGWPolicy
import Logging

/// Looks at the figures now and then, and tells the log and the webhooks when one passes its threshold.
@GatewayLoop
final class AlertMonitor {
    private static let interval = Duration.seconds(5)

    private struct Watch {
        let settings: AlertSettings
        var state: AlertState
        /// When the state last changed between firing and not.
        var since: MonotonicInstant
        var value: Double?
    }

    private let registry: DeploymentRegistry
    private let webhooks: WebhookSender
    private let scheduler: any LoopScheduler
    private let logger: Logger
    private let events: EventBroadcaster
    private var watches: [Watch]
    private var timer: (any ScheduledAction)?

    init(
        _ settings: [AlertSettings], registry: DeploymentRegistry, webhooks: WebhookSender,
        scheduler: any LoopScheduler, logger: Logger, events: EventBroadcaster, succeeding previous: AlertMonitor? = nil
    ) {
        self.registry = registry
        self.webhooks = webhooks
        self.scheduler = scheduler
        self.logger = logger
        self.events = events
        let now = scheduler.now
        watches = settings.sorted { $0.name < $1.name }.map { settings in
            // An alert that is watched as before goes on firing, or not.
            previous?.watches.first { $0.settings == settings }
                ?? Watch(settings: settings, state: AlertState(rule: settings.rule), since: now)
        }
        if !watches.isEmpty { schedule() }
    }

    private func schedule() {
        timer = scheduler.schedule(at: scheduler.now + Self.interval) { [weak self] in
            guard let self else { return }
            evaluate()
            schedule()
        }
    }

    func stop() {
        timer?.cancel()
        timer = nil
    }

    func evaluate() {
        let now = scheduler.now
        for index in watches.indices {
            let sample = sample(for: watches[index].settings, now: now)
            watches[index].value = watches[index].settings.value(in: sample)
            guard let event = watches[index].state.evaluate(sample, now: now) else { continue }
            watches[index].since = now
            announce(event, watches[index].settings)
        }
    }

    private func sample(for settings: AlertSettings, now: MonotonicInstant) -> CallSample {
        let deployments = registry.all.filter { deployment in
            switch settings.subject {
            case nil: true
            case .model(let name)?: deployment.model == name
            case .provider(let name)?: deployment.settings.provider == name
            }
        }
        var sample = CallSample(counts: CallCounts())
        for deployment in deployments {
            let recent = deployment.figures.recent(now: now)
            sample.counts += recent.counts
            switch settings.metric {
            case .errorRate, .successRate: break
            case .firstTokenP95: sample.latency += recent.latency
            case .latencyP95: sample.latency += deployment.figures.recentTotals(now: now)
            }
        }
        return sample
    }

    private func announce(_ event: AlertState.Event, _ settings: AlertSettings) {
        let (word, value): (String, Double) =
            switch event {
            case .fired(let value): ("firing", value)
            case .resolved(let value, _): ("ok", value)
            }
        let isCritical = settings.severity == .critical && word == "firing"
        logger.log(
            level: isCritical ? .critical : word == "firing" ? .warning : .notice, "alert",
            metadata: [
                "llmgw-alert": "\(settings.name)", "llmgw-state": "\(word)",
                "llmgw-severity": "\(settings.severity.rawValue)", "llmgw-metric": "\(settings.metric.rawValue)",
                "llmgw-subject": "\(settings.subjectName)", "llmgw-value": "\(value)",
                "llmgw-threshold": "\(settings.threshold)",
            ])
        let severity: GatewayEvent.Severity =
            word == "ok" ? .notice : settings.severity == .critical ? .error : .warning
        events.publish(
            .alert, severity, subject: settings.subject == nil ? nil : settings.subjectName,
            "the alert \(settings.name) is \(word)",
            details: [
                Label(key: "alert", value: settings.name), Label(key: "state", value: word),
                Label(key: "metric", value: settings.metric.rawValue), Label(key: "value", value: "\(value)"),
                Label(key: "threshold", value: "\(settings.threshold)"),
            ])
        if let url = settings.webhook {
            webhooks.send(
                AlertMessage(
                    alert: settings.name, state: word, severity: settings.severity.rawValue,
                    metric: settings.metric.rawValue, subject: settings.subjectName, value: value,
                    threshold: settings.threshold),
                to: url)
        }
    }

    var statuses: [AlertStatus] {
        let now = scheduler.now
        return watches.map { watch in
            AlertStatus(
                name: watch.settings.name, severity: .init(rawValue: watch.settings.severity.rawValue),
                state: watch.state.isFiring ? .firing : .ok, metric: watch.settings.metric.rawValue,
                subject: watch.settings.subjectName, value: watch.value, threshold: watch.settings.threshold,
                since: now - watch.since)
        }
    }
}

extension AlertSettings {
    /// "model/NAME", "provider/NAME" or "all".
    fileprivate var subjectName: String {
        switch subject {
        case nil: "all"
        case .model(let name)?: "model/\(name)"
        case .provider(let name)?: "provider/\(name)"
        }
    }

    fileprivate var rule: AlertRule {
        let condition: AlertRule.Condition =
            switch metric {
            case .errorRate: .errorRate(above: threshold)
            case .successRate: .successRate(below: threshold)
            case .firstTokenP95, .latencyP95: .latency(quantile: 0.95, above: .seconds(threshold))
            }
        return AlertRule(
            name: name, condition: condition, severity: severity == .critical ? .critical : .warning, hold: hold)
    }

    /// The present figure; nil where nothing was measured.
    fileprivate func value(in sample: CallSample) -> Double? {
        switch metric {
        case .errorRate: sample.counts.failureRate
        case .successRate: sample.counts.successRate
        case .firstTokenP95, .latencyP95: sample.latency.quantile(0.95).map { $0 / .seconds(1) }
        }
    }
}
