import LLMGWCore
import LLMGWPolicy
import Logging

/// Looks at the figures now and then, and tells the log and the webhooks when one passes its threshold.
@GatewayLoop
final class AlertMonitor {
    private static let interval = Duration.seconds(5)

    private enum State {
        case calls(AlertState)
        case budgets(BudgetAlertState)

        init(_ settings: AlertSettings) {
            self =
                settings.rule.map { .calls(AlertState(rule: $0)) }
                ?? .budgets(BudgetAlertState(threshold: settings.threshold))
        }

        var isFiring: Bool {
            switch self {
            case .calls(let state): state.isFiring
            case .budgets(let state): state.isFiring
            }
        }
    }

    private struct Watch {
        let settings: AlertSettings
        var state: State
        /// When the state last changed between firing and not.
        var since: MonotonicInstant
        var value: Double?
    }

    private let registry: DeploymentRegistry
    private let budgets: Budgets
    private let webhooks: WebhookSender
    private let scheduler: any LoopScheduler
    private let logger: Logger
    private let events: EventBroadcaster
    private var watches: [Watch]
    private var timer: (any ScheduledAction)?

    init(
        _ settings: [AlertSettings], registry: DeploymentRegistry, budgets: Budgets, webhooks: WebhookSender,
        scheduler: any LoopScheduler, logger: Logger, events: EventBroadcaster, succeeding previous: AlertMonitor? = nil
    ) {
        self.registry = registry
        self.budgets = budgets
        self.webhooks = webhooks
        self.scheduler = scheduler
        self.logger = logger
        self.events = events
        let now = scheduler.now
        watches = settings.sorted { $0.name < $1.name }.map { settings in
            // An alert that is watched as before goes on firing, or not.
            previous?.watches.first { $0.settings == settings }
                ?? Watch(settings: settings, state: State(settings), since: now)
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
            let settings = watches[index].settings
            switch watches[index].state {
            case .calls(var state):
                let sample = sample(for: settings, now: now)
                watches[index].value = settings.value(in: sample)
                let event = state.evaluate(sample, now: now)
                watches[index].state = .calls(state)
                guard let event else { continue }
                watches[index].since = now
                announce(event, settings)
            case .budgets(var state):
                let (shares, wasFiring) = (shares(for: settings), state.isFiring)
                watches[index].value = shares.map(\.spent).max()
                let events = state.evaluate(shares)
                watches[index].state = .budgets(state)
                if state.isFiring != wasFiring { watches[index].since = now }
                for event in events { announce(event, settings) }
            }
        }
    }

    /// What is spent of the budgets that the alert is about.
    private func shares(
        for settings: AlertSettings
    ) -> [(budget: BudgetAlertState.Budget, spent: Double, before: Double)] {
        budgets.refresh()
        let meters = budgets.meters.filter { scope, _ in settings.isAbout(scope) }
        return meters.sorted { $0.key.name < $1.key.name }.flatMap { scope, meters in
            meters.compactMap { meter in
                guard let stop = meter.settings.stop, stop > 0 else { return nil }
                let budget = BudgetAlertState.Budget(scope: scope.name, period: meter.settings.period)
                return (budget, Double(meter.spent) / Double(stop), Double(meter.spentBefore) / Double(stop))
            }
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
            case .errorRate, .successRate, .budgetShare: break
            case .firstTokenP95: sample.latency += recent.latency
            case .latencyP95: sample.latency += deployment.figures.recentTotals(now: now)
            }
        }
        return sample
    }

    private func announce(_ event: AlertState.Event, _ settings: AlertSettings) {
        switch event {
        case .fired(let value): announce(settings, "firing", value, of: settings.subjectName)
        case .resolved(let value, _): announce(settings, "ok", value, of: settings.subjectName)
        }
    }

    private func announce(_ event: BudgetAlertState.Event, _ settings: AlertSettings) {
        switch event {
        case .fired(let budget, let share):
            announce(settings, "firing", share, of: budget.scope, period: budget.period)
        case .resolved(let budget, let share):
            announce(settings, "ok", share, of: budget.scope, period: budget.period)
        }
    }

    private func announce(
        _ settings: AlertSettings, _ word: String, _ value: Double, of subject: String, period: BudgetPeriod? = nil
    ) {
        let isCritical = settings.severity == .critical && word == "firing"
        logger.log(
            level: isCritical ? .critical : word == "firing" ? .warning : .notice, "alert",
            metadata: [
                "llmgw-alert": "\(settings.name)", "llmgw-state": "\(word)",
                "llmgw-severity": "\(settings.severity.rawValue)", "llmgw-metric": "\(settings.metric.rawValue)",
                "llmgw-subject": "\(subject)", "llmgw-value": "\(value)",
                "llmgw-threshold": "\(settings.threshold)",
            ])
        let severity: GatewayEvent.Severity =
            word == "ok" ? .notice : settings.severity == .critical ? .error : .warning
        events.publish(
            .alert, severity, subject: subject == AlertSettings.everything ? nil : subject,
            "the alert \(settings.name) is \(word)",
            details: [
                Label(key: "alert", value: settings.name), Label(key: "state", value: word),
                Label(key: "metric", value: settings.metric.rawValue), Label(key: "value", value: "\(value)"),
                Label(key: "threshold", value: "\(settings.threshold)"),
            ] + (period.map { [Label(key: "period", value: $0.rawValue)] } ?? []))
        if let url = settings.webhook {
            webhooks.send(
                AlertMessage(
                    alert: settings.name, state: word, severity: settings.severity.rawValue,
                    metric: settings.metric.rawValue, subject: subject, period: period?.rawValue,
                    value: value, threshold: settings.threshold),
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
    fileprivate static let everything = "all"

    /// Whether it is about the budgets of this scope.
    fileprivate func isAbout(_ scope: QuotaScope) -> Bool {
        switch subject {
        case nil: true
        case .provider(let name)?: scope == .provider(name)
        case .model?: false
        }
    }

    /// "model/NAME", "provider/NAME" or "all".
    fileprivate var subjectName: String {
        switch subject {
        case nil: Self.everything
        case .model(let name)?: "model/\(name)"
        case .provider(let name)?: "provider/\(name)"
        }
    }

    /// Nil for what no rule about calls can tell.
    fileprivate var rule: AlertRule? {
        let condition: AlertRule.Condition
        switch metric {
        case .errorRate: condition = .errorRate(above: threshold)
        case .successRate: condition = .successRate(below: threshold)
        case .firstTokenP95, .latencyP95: condition = .latency(quantile: 0.95, above: .seconds(threshold))
        case .budgetShare: return nil
        }
        return AlertRule(
            name: name, condition: condition, severity: severity == .critical ? .critical : .warning, hold: hold)
    }

    /// The present figure; nil where nothing was measured.
    fileprivate func value(in sample: CallSample) -> Double? {
        switch metric {
        case .errorRate: sample.counts.failureRate
        case .successRate: sample.counts.successRate
        case .budgetShare: nil
        case .firstTokenP95, .latencyP95: sample.latency.quantile(0.95).map { $0 / .seconds(1) }
        }
    }
}
