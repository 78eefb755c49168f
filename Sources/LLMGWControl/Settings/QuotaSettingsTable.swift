import LLMGWCore

/// The settings of limits, prices, budgets and clients.
enum QuotaSettingsTable {
    private static let amount = Setting.Kind.integer(1...1_000_000_000_000)
    private static let price = Setting.Kind.number(0...1_000_000)
    private static let money = Setting.Kind.number(0...1_000_000_000)
    private static let currency = Setting(
        "currency", .string, default: "\"USD\"", "Of the amounts of money in this section, by its three letters.")

    static let limits = [
        Setting("rpm", amount, "Requests in any minute."),
        Setting("rpd", amount, "Requests in any 24 hours."),
        Setting("tpm", amount, "Tokens, of input and output together, in any minute."),
        Setting(
            "itpm", amount, "Tokens of input in any minute, without those that the provider read from its own cache."),
        Setting("otpm", amount, "Tokens of output in any minute."),
        Setting("max_concurrency", .integer(0...65_536), default: "0", "Requests in flight; 0 means no limit."),
    ]

    static let providerLimits =
        limits + [
            Setting(
                "rpm_burst", .integer(1...1_000_000_000),
                "Of `rpm`, how many may go at once; the others are spread over the minute. A tenth if absent.")
        ]

    static let prices = [
        Setting("input_price", price, "For a million tokens of input. Without it, answers are unpriced."),
        Setting("output_price", price, "For a million tokens of output. Models without output need none."),
        Setting(
            "cached_input_price", price,
            "For a million tokens of input that the provider read from its own cache; `input_price` if absent."),
        currency,
    ]

    static let budgets = [
        Setting(
            "budget_per_day", money,
            "What may be spent in a day of UTC; a request is refused that may cost more than is left."),
        Setting(
            "budget_per_month", money,
            "What may be spent in a month of UTC; a request is refused that may cost more than is left."),
        Setting(
            "budget_warn", .number(0...1), default: "0.8", "The share of a budget at which the daemon warns."),
        currency,
    ]

    static let client = SettingsSection(
        path: "clients.NAME",
        doc:
            "What some of the callers may take, each user of its own. A section describes the callers that meet one entry of every list it has; "
            + "of several, the one with the most telling lists applies: executables, then units, users, groups; of those with the same lists, the first by name. "
            + "`[clients.default]` is for everybody else, and has no lists.",
        settings: [
            Setting("users", .strings, default: "[]", "Users, by name or uid."),
            Setting("groups", .strings, default: "[]", "Groups, by name or gid."),
            Setting(
                "units", .strings, default: "[]",
                "systemd units, such as `report.service`. Other users' only where the daemon sees their processes (`docs/quota.md`). A label: users can start units of any name as themselves."
            ),
            Setting(
                "executables", .strings, default: "[]",
                "Paths of programs; other users' only with CAP_SYS_PTRACE (`docs/quota.md`). A label, not a proof of identity."
            ),
            Setting("weight", .number(0.001...1_000_000), default: "1.0", "The share beside other clients that wait."),
            Setting(
                "priority", .choice(Priority.allCases.map(\.description)), default: "\"normal\"",
                "Whose requests go first; a request can ask for less, and for no more."),
            Setting("models", .strings, "The models it may use, by their names, not by aliases; without a list all."),
            Setting("max_queue", .integer(0...1_000_000), default: "1024", "Requests that may wait."),
        ] + limits + budgets)

    static let clientModel = SettingsSection(
        path: "clients.NAME.per_model.MODEL", doc: "Further limits for the client's requests to one model.",
        settings: limits)
}
