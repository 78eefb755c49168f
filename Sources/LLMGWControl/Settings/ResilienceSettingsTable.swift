import LLMGWCore

/// The settings of retries, breakers and alerts.
enum ResilienceSettingsTable {
    private static let pause = Duration.milliseconds(1)...Duration.seconds(3600)

    static let resilience = SettingsSection(
        path: "resilience", doc: "Who is asked again when an upstream fails, how often and when.",
        settings: [
            Setting("max_attempts", .integer(1...20), default: "3", "Attempts at one deployment, the first included."),
            Setting(
                "max_total_attempts", .integer(1...50), default: "5",
                "Attempts for one request, over all deployments and fallback models."),
            Setting(
                "backoff_base", .duration(pause), default: "\"500ms\"",
                "The first pause is random up to this; each further one up to twice as long."),
            Setting("backoff_max", .duration(pause), default: "\"8s\"", "No random pause is longer."),
            Setting(
                "max_retry_after", .duration(Duration.zero...Duration.seconds(86_400)), default: "\"2m\"",
                "A deployment that asks for a longer pause is not asked again for this request."),
            Setting(
                "min_service_time", .duration(Duration.zero...Duration.seconds(600)), default: "\"2s\"",
                "No further attempt begins with less time than this until the deadline."),
            Setting(
                "retry_budget", .number(0...10), default: "0.2", "Retries for each request, on average."),
            Setting(
                "retry_budget_per_minute", .integer(0...60_000), default: "10",
                "Retries in a minute that are always allowed."),
            Setting(
                "retry_ambiguous", .boolean, default: "false",
                "Repeat requests whose answer was lost, so that they may have been processed already, where the caller did not say."
            ),
            Setting(
                "attempts", .counts(1...20), default: "{}",
                "Attempts at one deployment, the first included, for failures of these reasons (as in the protocol's table), instead of `max_attempts`: `{ \"llmgw.upstream.rate_limited\" = 5 }`."
            ),
            Setting(
                "no_retry", .strings, default: "[]",
                "Reasons for which the same deployment is not asked again, as with one of `attempts`."),
            Setting("no_fallback", .strings, default: "[]", "Reasons for which nobody else is asked."),
            Setting(
                "breaker", .choice(BreakerPreset.allCases.map(\.rawValue)), default: "\"recommended\"",
                "How soon a deployment that fails is left alone."),
            Setting(
                "slow_start", .duration(Duration.zero...Duration.seconds(3600)), default: "\"1m\"",
                "How long a deployment that recovered gets less than its share."),
            Setting(
                "active_check_interval", .duration(Duration.zero...Duration.seconds(86_400)), default: "\"0s\"",
                "How often each provider is asked for its models, so that one that is down is passed over before a request finds out; 0 turns it off."
            ),
            Setting(
                "active_check_failures", .integer(1...100), default: "3",
                "Checks in a row that fail before a provider counts as down."),
            Setting(
                "active_check_recoveries", .integer(1...100), default: "2",
                "Checks in a row that succeed before it counts as up again."),
        ])

    static let alert = SettingsSection(
        path: "alerts.NAME", doc: "A figure that people want to hear of when it passes a threshold.",
        settings: [
            Setting(
                "metric", .choice(AlertSettings.Metric.allCases.map(\.rawValue)), required: true,
                "Shares are from 0 to 1, times in seconds. `success_rate` alerts below the threshold, the others above; `budget_share` tells once in a period what is spent of each budget."
            ),
            Setting("model", .string, "Of this model only."),
            Setting("provider", .string, "Of this provider only."),
            Setting(
                "threshold", .number(0...1_000_000), required: true,
                "Where the alert begins. Fewer than 10 requests in five minutes say nothing."),
            Setting(
                "hold", .duration(Duration.zero...Duration.seconds(86_400)), default: "\"1m\"",
                "How long the figure must be beyond it, and back again."),
            Setting(
                "severity", .choice(AlertSettings.Severity.allCases.map(\.rawValue)), default: "\"warning\"",
                "Shown with the alert."),
            Setting(
                "webhook", .string, secret: true,
                "POST the alert as JSON to this URL; `$NAME` takes the URL from the environment."),
        ])
}
