import LLMGWControl
import Testing

@Suite("Configuration: mistakes about retries, deployments, fallbacks and alerts")
struct BadResilienceTests {
    typealias Case = BadConfigurationTests.Case

    private static func resilience(_ setting: String, _ key: String, _ message: String, near: String? = nil) -> Case {
        Case("[resilience]\n\(setting)", 2, "resilience.\(key)", message, near: near)
    }

    static let resilience = [
        resilience("max_attempts = 0", "max_attempts", "is 0; expected an integer from 1 to 20"),
        resilience("max_total_attempts = 2", "max_total_attempts", "is less than max_attempts"),
        resilience("backoff_max = \"100ms\"", "backoff_max", "is less than backoff_base"),
        resilience(
            "retry_budget_per_minute = 60001", "retry_budget_per_minute",
            "is 60001; expected an integer from 0 to 60000"),
        resilience(
            "breaker = \"agressive\"", "breaker",
            "is \"agressive\"; expected one of \"off\", \"conservative\", \"recommended\", \"aggressive\"",
            near: "aggressive"),
        resilience(
            "attempts = { \"llmgw.upstream.overload\" = 2 }", "attempts",
            "\"llmgw.upstream.overload\" is no reason of an upstream's failure", near: "llmgw.upstream.overloaded"),
        resilience(
            "attempts = { \"llmgw.upstream.overloaded\" = 6 }", "attempts",
            "\"llmgw.upstream.overloaded\" has more attempts than max_total_attempts"),
        resilience(
            "attempts = { \"llmgw.upstream.quota_exhausted\" = 2 }", "attempts",
            "\"llmgw.upstream.quota_exhausted\" is never repeated: the same request would fail again"),
        resilience(
            "attempts = { \"llmgw.upstream.overloaded\" = \"两次\" }", "attempts",
            "has llmgw.upstream.overloaded, which is a string; expected a table of integers from 1 to 20"),
        resilience(
            "attempts = { \"llmgw.upstream.overloaded\" = 0 }", "attempts",
            "has llmgw.upstream.overloaded, which is 0; expected a table of integers from 1 to 20"),
        resilience(
            "active_check_failures = 0", "active_check_failures", "is 0; expected an integer from 1 to 100"),
        resilience(
            "no_retry = [\"llmgw.upstream.overload\"]", "no_retry",
            "\"llmgw.upstream.overload\" is no reason of an upstream's failure", near: "llmgw.upstream.overloaded"),
        resilience(
            "no_fallback = [\"llmgw.gateway.queue_full\"]", "no_fallback",
            "\"llmgw.gateway.queue_full\" is no reason of an upstream's failure"),
    ]

    static let models = [
        Case(
            "[models.\"模型\"]\nprovider = \"p\"\nfallbacks = [\"没有\"]", 3, "models.模型.fallbacks",
            "there is no model \"没有\""),
        Case(
            "[models.\"模型\"]\nprovider = \"p\"\nfallbacks = [\"模型\"]", 3, "models.模型.fallbacks",
            "the model cannot be its own fallback"),
        Case(
            "[models.n]\nprovider = \"p\"\n[models.n.deployments.a]\nprovider = \"p\"", 2, "models.n.provider",
            "is for models without deployments; each of these names its own"),
        Case(
            "[models.n.deployments.a]\nprovider = \"p\"\nweight = 0", 3, "models.n.deployments.a.weight",
            "is 0.0; expected a number from 0.001 to 1000000.0"),
        Case(
            "[models.n]\nprovider = \"p\"\nhedge = true", 3, "models.n.hedge",
            "needs two deployments; add sections [models.NAME.deployments.ID], or remove it"),
        Case(
            """
            [models.n]
            hedge = true
            hedge_after = "1999ms"
            [models.n.deployments.a]
            provider = "p"
            [models.n.deployments.b]
            provider = "p"
            """ + "\n", 3, "models.n.hedge_after",
            "is \"1999ms\"; expected a duration from \"2s\" to \"1h\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""),
        Case(
            """
            [resilience]
            max_attempts = 1
            max_total_attempts = 1
            [models.n]
            hedge = true
            [models.n.deployments.a]
            provider = "p"
            [models.n.deployments.b]
            provider = "p"
            """ + "\n", 5, "models.n.hedge", "needs an attempt beside the first; raise resilience.max_total_attempts"),
    ]

    private static func alert(_ metric: String, _ threshold: String, _ message: String) -> Case {
        Case("[alerts.a]\nmetric = \"\(metric)\"\nthreshold = \(threshold)", 3, "alerts.a.threshold", message)
    }

    static let alerts = [
        alert("error_rate", "1", "is 1.0; expected a share from 0 up to, and without, 1"),
        alert("success_rate", "0", "is 0.0; expected a share above 0, up to 1"),
        alert("success_rate", "1.5", "is 1.5; expected a share above 0, up to 1"),
        alert("first_token_p95", "0", "is 0.0; expected seconds above 0"),
        alert("latency_p95", "0.0", "is 0.0; expected seconds above 0"),
        Case(
            "[alerts.a]\nmetric = \"error_rate\"\nthreshold = 0.5\nmodel = \"n\"", 4, "alerts.a.model",
            "there is no model \"n\""),
        Case(
            "[alerts.a]\nmetric = \"error_rate\"\nthreshold = 0.5\nwebhook = \"ftp://example.org/hush\"", 4,
            "alerts.a.webhook", "is not an http or https URL"),
    ]

    @Test(arguments: resilience + models + alerts)
    func isReported(_ test: Case) throws { try test.expectReport() }
}
