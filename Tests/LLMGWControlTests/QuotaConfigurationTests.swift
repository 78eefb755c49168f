import LLMGWControl
import LLMGWCore
import Testing

@Suite("Configuration: limits, prices, budgets and clients")
struct QuotaConfigurationTests {
    typealias Case = BadConfigurationTests.Case

    private func load(_ text: String) throws -> GatewayConfiguration {
        try ConfigurationLoader.parse(text + minimalConfiguration, file: "测试.toml", sources: .test()).configuration
    }

    @Test func everySettingArrives() throws {
        let configuration = try load(
            """
            [providers.q]
            base_url = "https://example.org"
            rpm = 1
            rpd = 2
            tpm = 3
            itpm = 4
            otpm = 5
            max_concurrency = 6
            rpm_burst = 7
            budget_per_day = 1.5
            budget_per_month = 20
            budget_warn = 0.5
            currency = "EUR"

            [models."模型"]
            rpm = 8
            input_price = 2.5
            output_price = 10
            cached_input_price = 0.000001

            [models."模型".deployments.a]
            provider = "q"
            tpm = 9
            input_price = 0
            currency = "CNY"

            [clients."报告"]
            users = ["操作员", "7"]
            groups = ["staff"]
            units = ["report.service"]
            executables = ["/usr/bin/report"]
            weight = 2.5
            priority = "batch"
            models = ["模型"]
            max_queue = 3
            otpm = 10
            budget_per_day = 1

            [clients."报告".per_model."模型"]
            rpm = 11

            [clients.default]
            rpm = 12
            """)
        let provider = try #require(configuration.providers["q"])
        let limits: [QuotaMetric: Int] = [
            .requestsPerMinute: 1, .requestsPerDay: 2, .tokensPerMinute: 3, .inputTokensPerMinute: 4,
            .outputTokensPerMinute: 5, .concurrency: 6,
        ]
        #expect(provider.limits == QuotaLimits(limits))
        #expect(provider.requestBurst == 7)
        #expect(
            provider.budgets == [
                BudgetSettings(period: .day, stop: 1_500_000, warn: 750_000, currency: "EUR"),
                BudgetSettings(period: .month, stop: 20_000_000, warn: 10_000_000, currency: "EUR"),
            ])
        let model = try #require(configuration.models["模型"])
        #expect(model.limits == QuotaLimits([.requestsPerMinute: 8]))
        #expect(model.price == ModelPrice(input: 2_500_000, output: 10_000_000, cachedInput: 1))
        #expect(model.deployments[0].limits == QuotaLimits([.tokensPerMinute: 9]))
        #expect(model.deployments[0].price == ModelPrice(input: 0, currency: "CNY"))
        #expect(
            configuration.clients["报告"]
                == ClientSettings(
                    name: "报告",
                    match: ClientMatch(
                        users: [1001, 7], groups: [50], units: ["report.service"], executables: ["/usr/bin/report"]),
                    weight: 2.5, priority: .batch, models: ["模型"], limits: QuotaLimits([.outputTokensPerMinute: 10]),
                    modelLimits: ["模型": QuotaLimits([.requestsPerMinute: 11])], maxQueue: 3,
                    budgets: [BudgetSettings(period: .day, stop: 1_000_000, warn: 800_000)]))
        #expect(configuration.clients["default"]?.limits == QuotaLimits([.requestsPerMinute: 12]))
    }

    @Test("Without a word there is no limit, no price, no budget, and one kind of client")
    func nothingSaid() throws {
        let configuration = try load("")
        #expect(configuration.providers["p"]?.limits.isEmpty == true)
        #expect(configuration.models["m"]?.price == nil)
        #expect(configuration.clients == ["default": ClientSettings()])
    }

    private static func client(_ settings: String, _ line: Int, _ key: String, _ message: String, near: String? = nil)
        -> Case
    {
        Case("[clients.c]\n\(settings)", line, "clients.c\(key)", message, near: near)
    }

    static let mistakes = [
        client("rpm = 1", 1, "", "names nobody; add users, groups, units or executables"),
        client("users = [\"谁\"]", 2, ".users", "this host has no user \"谁\""),
        client("groups = [\"stuff\"]", 2, ".groups", "this host has no group \"stuff\""),
        client(
            "executables = [\"report\"]", 2, ".executables", "\"report\" is not an absolute path"),
        client("users = [\"7\"]\nmodels = [\"mm\"]", 3, ".models", "there is no model \"mm\""),
        client("users = [\"7\"]\nweight = 0", 3, ".weight", "is 0.0; expected a number from 0.001 to 1000000.0"),
        client(
            "users = [\"7\"]\npriority = \"urgent\"", 3, ".priority",
            "is \"urgent\"; expected one of \"interactive\", \"normal\", \"batch\""),
        client("users = [\"7\"]\nrpm = 0", 3, ".rpm", "is 0; expected an integer from 1 to 1000000000000"),
        client(
            "users = [\"7\"]\ncurrency = \"euro\"", 3, ".currency",
            "is \"euro\"; expected three capital letters, such as \"EUR\""),
        client("users = [\"7\"]\nper_models = {}", 3, ".per_models", "unknown setting", near: "per_model"),
        client(
            "users = [\"7\"]\n[clients.c.per_model.\"没有\"]\nrpm = 1", 3, ".per_model.没有",
            "there is no model \"没有\""),
        client(
            "users = [\"7\"]\nper_model = 1", 3, ".per_model",
            "is an integer; expected a section [clients.NAME.per_model]"),
        Case(
            "[clients.\"uid/1\"]\nusers = [\"2\"]", 1, "clients.uid/1",
            "has a name with a slash, which could be taken for another client's"),
        Case(
            "[clients.default]\nusers = [\"7\"]", 2, "clients.default.users",
            "is for other sections: this one is for everybody else"),
        Case(
            "[models.n]\nprovider = \"p\"\noutput_price = 1", 3, "models.n.output_price",
            "is of no use without input_price"),
    ]

    @Test(arguments: mistakes)
    func isReported(_ test: Case) throws { try test.expectReport() }

    @Test("What no budget counts, and who is described twice, is said")
    func warnings() throws {
        let text = """
            [providers.q]
            base_url = "https://example.org"
            budget_per_day = 5

            [models."欧元"]
            provider = "q"
            input_price = 1
            currency = "EUR"

            [models."免费"]
            provider = "q"

            [models.dollar]
            provider = "q"
            input_price = 1

            [clients.a]
            users = ["7", "8"]
            budget_per_month = 1
            models = ["dollar"]

            [clients.b]
            users = ["8", "9"]

            [clients.c]
            users = ["8"]
            units = ["c.service"]
            """
        let loaded = try ConfigurationLoader.parse(
            text + minimalConfiguration, file: "测试.toml", sources: .test())
        #expect(
            loaded.warnings.map { "\($0.line ?? 0) \($0.key ?? "") \($0.message)" } == [
                "3 providers.q.budget_per_day does not count models without a price: \"免费\"",
                "3 providers.q.budget_per_day is in USD, and does not count what is priced in another currency: \"欧元\"",
                "22 clients.b describes uid 8 as [clients.a] does, which comes first and counts",
            ])
    }

    @Test func aBurstWithoutARateIsRefused() throws {
        let error = try #require(throws: ConfigurationErrors.self) {
            try load("[providers.q]\nbase_url = \"https://example.org\"\nrpm_burst = 3\n")
        }
        #expect(error.problems.map(\.key) == ["providers.q.rpm_burst"])
        #expect(error.problems.first?.message == "is of no use without rpm")
    }

    @Test(
        "A share of no budget is warned of",
        arguments: ["[providers.q]\nbase_url = \"https://example.org\"", "[clients.default]"]
    )
    func shareOfNoBudget(section: String) throws {
        let warnings = try ConfigurationLoader.parse(
            "\(section)\nbudget_warn = 0.5\n\(minimalConfiguration)", file: "测试.toml", sources: .test()
        ).warnings
        #expect(warnings.map(\.message) == ["is of no use without budget_per_day or budget_per_month"])
        #expect(warnings.first?.key == section.dropFirst().prefix { $0 != "]" } + ".budget_warn")
    }
}
