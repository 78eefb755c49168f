import LLMGWControl
import Testing

@Suite("Configuration: mistakes in what happens after failures")
struct BadResilienceTests {
    private static func alert(_ metric: String, _ threshold: String, _ message: String) -> BadConfigurationTests.Case {
        .init(
            "[alerts.slow]\nmetric = \"\(metric)\"\nthreshold = \(threshold)", 3, "alerts.slow.threshold",
            "is \(Double(threshold) ?? .nan); expected \(message)")
    }

    static let budget = BadConfigurationTests.Case(
        "[resilience]\nretry_budget_per_minute = 60001", 2, "resilience.retry_budget_per_minute",
        "is 60001; expected an integer from 0 to 60000")

    /// A threshold that can never be passed, or always is.
    static let alerts = [
        alert("error_rate", "1", "a share from 0 up to, and without, 1"),
        alert("error_rate", "1.5", "a share from 0 up to, and without, 1"),
        alert("success_rate", "0", "a share above 0, up to 1"),
        alert("success_rate", "1.1", "a share above 0, up to 1"),
        alert("latency_p95", "0", "seconds above 0"), alert("first_token_p95", "0", "seconds above 0"),
    ]

    @Test(arguments: [budget] + alerts)
    func isReported(_ test: BadConfigurationTests.Case) throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationLoader.parse(test.text + minimalConfiguration, file: "测试.toml", sources: .test())
        }
        let problems = try #require(error).problems
        try #require(problems.count == 1, "\(problems)")
        #expect(problems[0].line == test.line)
        #expect(problems[0].key == test.key)
        #expect(problems[0].message == test.message)
    }
}
