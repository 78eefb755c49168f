import LLMGWCore

extension ConfigurationBuilder {
    mutating func buildResilience() -> ResilienceSettings {
        let section = document.resilience
        var settings = ResilienceSettings()
        settings.maxAttempts = section.integer("max_attempts") ?? settings.maxAttempts
        settings.maxTotalAttempts = section.integer("max_total_attempts") ?? settings.maxTotalAttempts
        settings.backoffBase = section.duration("backoff_base") ?? settings.backoffBase
        settings.backoffMax = section.duration("backoff_max") ?? settings.backoffMax
        settings.maxRetryAfter = section.duration("max_retry_after") ?? settings.maxRetryAfter
        settings.minServiceTime = section.duration("min_service_time") ?? settings.minServiceTime
        settings.retryBudgetRatio = section.number("retry_budget") ?? settings.retryBudgetRatio
        settings.retryBudgetPerMinute = section.integer("retry_budget_per_minute") ?? settings.retryBudgetPerMinute
        settings.retryAmbiguous = section.boolean("retry_ambiguous") ?? settings.retryAmbiguous
        settings.attempts = attempts(atMost: settings.maxTotalAttempts)
        settings.noRetry = reasons("no_retry")
        settings.noFallback = reasons("no_fallback")
        settings.breaker = section.string("breaker").flatMap(BreakerPreset.init) ?? settings.breaker
        settings.slowStart = section.duration("slow_start") ?? settings.slowStart
        settings.activeCheckInterval = section.duration("active_check_interval") ?? settings.activeCheckInterval
        settings.activeCheckFailures = section.integer("active_check_failures") ?? settings.activeCheckFailures
        settings.activeCheckRecoveries = section.integer("active_check_recoveries") ?? settings.activeCheckRecoveries
        if settings.backoffMax < settings.backoffBase {
            report.problem(["resilience", "backoff_max"], "is less than backoff_base")
        }
        if settings.maxTotalAttempts < settings.maxAttempts {
            report.problem(["resilience", "max_total_attempts"], "is less than max_attempts")
        }
        return settings
    }

    private mutating func attempts(atMost total: Int) -> [ErrorReason: Int] {
        var attempts: [ErrorReason: Int] = [:]
        for (name, count) in (document.resilience.counts("attempts") ?? [:]).sorted(by: { $0.key < $1.key }) {
            let (reason, path) = (ErrorReason(name), ["resilience", "attempts"])
            check(reason, "attempts")
            if reason.entry?.retry == .never, count > 1 {
                report.problem(path, "\"\(name)\" is never repeated: the same request would fail again")
            }
            if count > total { report.problem(path, "\"\(name)\" has more attempts than max_total_attempts") }
            attempts[reason] = count
        }
        return attempts
    }

    private mutating func reasons(_ setting: String) -> Set<ErrorReason> {
        let reasons = (document.resilience.strings(setting) ?? []).map { ErrorReason($0) }
        for reason in reasons { check(reason, setting) }
        return Set(reasons)
    }

    private mutating func check(_ reason: ErrorReason, _ setting: String) {
        guard reason.entry == nil || !reason.name.hasPrefix("llmgw.upstream.") else { return }
        let known = ErrorReason.table.map(\.reason.name).filter { $0.hasPrefix("llmgw.upstream.") }
        report.problem(
            ["resilience", setting], "\"\(reason.name)\" is no reason of an upstream's failure",
            near: NearestName.among(known, to: reason.name))
    }

    mutating func buildAlerts(_ models: [String: ModelSettings]) -> [AlertSettings] {
        document.alerts.compactMap { name, section in
            let webhook = webhook(section)
            let subject = subject(section, models)
            guard let metric = section.string("metric").flatMap(AlertSettings.Metric.init),
                let threshold = section.number("threshold")
            else { return nil }  // Reported where it was read.
            if let expected = metric.unmet(by: threshold) {
                report.problem(section.path + ["threshold"], "is \(threshold); expected \(expected)")
            }
            if metric == .budgetShare {
                for setting in ["model", "hold"] where section.values[setting] != nil {
                    report.problem(section.path + [setting], "is of no use for budgets")
                }
            }
            return AlertSettings(
                name: name, metric: metric, subject: subject, threshold: threshold,
                hold: section.duration("hold") ?? .seconds(60),
                severity: section.string("severity").flatMap(AlertSettings.Severity.init) ?? .warning, webhook: webhook)
        }
    }

    private mutating func subject(
        _ section: SettingsDocument.Section, _ models: [String: ModelSettings]
    ) -> AlertSettings.Subject? {
        switch (section.string("model"), section.string("provider")) {
        case (let model?, nil):
            if models[model] == nil {
                report.problem(
                    section.path + ["model"], "there is no model \"\(model)\"",
                    near: NearestName.among(models.keys.sorted(), to: model))
            }
            return .model(model)
        case (nil, let provider?):
            let providers = document.providers.map(\.name)
            if !providers.contains(provider) {
                report.problem(
                    section.path + ["provider"], "there is no provider \"\(provider)\"",
                    near: NearestName.among(providers, to: provider))
            }
            return .provider(provider)
        case (nil, nil): return nil
        default:
            report.problem(section.path + ["provider"], "is one subject too many beside model")
            return nil
        }
    }

    /// A webhook's URL is often a secret itself: it is not repeated.
    private mutating func webhook(_ section: SettingsDocument.Section) -> Secret? {
        guard var url = section.string("webhook") else { return nil }
        let path = section.path + ["webhook"]
        if url.hasPrefix("$") {
            let variable = String(url.dropFirst())
            guard !variable.isEmpty, variable.utf8.allSatisfy({ Self.isVariableCharacter($0) }) else {
                report.problem(path, "is not \"$\" and the name of an environment variable")
                return nil
            }
            guard let found = sources.variable(variable), !found.isEmpty else {
                report.problem(path, "the environment variable \(variable) is not set")
                return nil
            }
            url = found
        }
        guard ["https://", "http://"].contains(where: { url.lowercased().hasPrefix($0) }),
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            report.problem(path, "is not an http or https URL")
            return nil
        }
        return Secret(url)
    }
}

extension AlertSettings.Metric {
    /// What a threshold has to be instead; nil if it is that. One that nothing can pass would be an alert that never comes.
    fileprivate func unmet(by threshold: Double) -> String? {
        switch self {
        case .errorRate: (0..<1).contains(threshold) ? nil : "a share from 0 up to, and without, 1"
        case .successRate: threshold > 0 && threshold <= 1 ? nil : "a share above 0, up to 1"
        case .budgetShare: threshold > 0 && threshold <= 1 ? nil : "a share above 0, up to 1"
        case .firstTokenP95, .latencyP95: threshold > 0 ? nil : "seconds above 0"
        }
    }
}
