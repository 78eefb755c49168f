import LLMGWCore

/// Every setting there is. It drives parsing, checking, `llmgw-ctl config show` and the reference page.
enum SettingsTable {
    private static let anyDuration = Duration.zero...Duration.seconds(86_400)
    private static let timeout = Duration.milliseconds(1)...Duration.seconds(86_400)

    static let server = SettingsSection(
        path: "server", doc: "The socket, and what one caller may take of the daemon.",
        settings: [
            Setting(
                "socket", .string, needsRestart: true,
                "Path of the socket. Without it: `$LLMGW_SOCKET`, else `$XDG_RUNTIME_DIR/llmgw/llmgw.sock`, else `/run/llmgw/llmgw.sock`."
            ),
            Setting(
                "socket_mode", .mode, default: "\"0660\"", needsRestart: true,
                "Who may connect, as the mode of the socket's file."),
            Setting(
                "admin_socket", .string, needsRestart: true,
                "Path of a second socket, with the same mode, on which administrators alone are admitted: it stays open to them when others have taken all connections."
            ),
            Setting(
                "state_directory", .string, needsRestart: true,
                "Where windows of limits, the ledger of usage, cached answers and what operators forced are kept over a restart. Without it: `$STATE_DIRECTORY`, as systemd sets it; else nothing is kept."
            ),
            Setting(
                "admin_users", .strings, default: "[]",
                "Users (names or uids) who may use the administrative methods, beside root and the daemon's own."),
            Setting(
                "admin_groups", .strings, default: "[]",
                "Groups (names or gids) whose members may do the same. A caller has the groups that it had when it connected."
            ),
            Setting("max_connections_per_uid", .integer(1...65_536), default: "1024", "Connections of one user."),
            Setting("max_streams_per_uid", .integer(1...1_000_000), default: "4096", "Calls of one user in flight."),
            Setting(
                "max_streams_per_connection", .integer(1...65_536), default: "256", "Calls on one connection in flight."
            ),
            Setting(
                "max_watches_per_uid", .integer(1...65_536), default: "16",
                "Calls of one user that watch events. Each costs time with every request that ends."),
            Setting("handshake_timeout", .duration(timeout), default: "\"1s\"", "From connecting to HELLO."),
            Setting(
                "idle_timeout", .duration(timeout), default: "\"10m\"",
                "A connection without calls is closed after this."),
            Setting(
                "write_timeout", .duration(timeout), default: "\"30s\"",
                "A connection that takes nothing, although something is to be sent, is closed after this."),
            Setting("request_timeout", .duration(timeout), default: "\"10m\"", "For calls that name no timeout."),
            Setting(
                "drain_timeout", .duration(anyDuration), default: "\"30s\"",
                "How long running calls may go on after SIGTERM."),
            Setting(
                "exit_when_idle", .duration(anyDuration), default: "\"0s\"", needsRestart: true,
                "Without calls for so long, a daemon whose socket systemd holds ends, to be started again by the next connection; `\"0s\"` means never."
            ),
            Setting("batch_concurrency", .integer(1...1024), default: "16", "Items of one Batch call in flight."),
        ])

    static let provider = SettingsSection(
        path: "providers.NAME", doc: "An upstream. NAME is yours to choose.",
        settings: [
            Setting(
                "kind", .choice(ProviderSettings.Kind.allCases.map(\.rawValue)), default: "\"openai\"",
                "The dialect it speaks. `openai` is the OpenAI API and everything compatible with it; `anthropic` is Anthropic's Messages API, for Chat only. `docs/dialects.md` tells what becomes of each field."
            ),
            Setting(
                "base_url", .string, required: true,
                "Where its API is, up to and without `/chat/completions`: `https://api.openai.com/v1`. With `anthropic` it is the part before `/messages`, and `/v1` is added where it does not end so: `https://api.anthropic.com`."
            ),
            Setting(
                "key_credential", .string,
                "The key is in this systemd credential (a file name in `$CREDENTIALS_DIRECTORY`)."),
            Setting("key_file", .string, "The key is in this file, which only its owner may read."),
            Setting("key_env", .string, "The key is in this environment variable."),
            Setting(
                "headers", .table, default: "{}", secret: true,
                "Headers to send with every request. A value `$NAME` is taken from the environment."),
            Setting(
                "http_version", .choice(ProviderSettings.HTTPVersion.allCases.map(\.rawValue)), default: "\"auto\"",
                "`auto` is HTTP/2 where TLS negotiates it, else HTTP/1.1; `2` insists on HTTP/2."),
            Setting("ca_file", .string, "Certificates (PEM) to trust instead of the system's."),
            Setting(
                "connect_timeout", .duration(timeout), default: "\"5s\"", "Resolving, connecting and TLS together."),
            Setting(
                "first_token_timeout", .duration(timeout), default: "\"1m\"",
                "Streams: from the request being sent to the first content."),
            Setting(
                "idle_timeout", .duration(timeout), default: "\"1m\"",
                "Between two pieces of content. Comments and pings do not count."),
            Setting("total_timeout", .duration(timeout), default: "\"10m\"", "One attempt in all."),
            Setting(
                "end_timeout", .duration(anyDuration), default: "\"2s\"",
                "From the end mark of an answer until the upstream ends the transfer; then its connection is dropped."),
            Setting(
                "max_queue", .integer(0...1_000_000), default: "4096",
                "Requests of all clients that may wait for a place or for quota."),
            Setting(
                "embed_max_batch", .integer(1...2048), default: "64",
                "Inputs that small Embed calls may share in one upstream call; 1 turns sharing off."),
            Setting(
                "embed_max_wait", .duration(Duration.zero...Duration.seconds(1)), default: "\"2ms\"",
                "How long the first of them waits for company."),
            Setting(
                "embed_max_queue", .integer(1...1_000_000), default: "4096",
                "Inputs that may wait or be on their way, for one model."),
        ] + QuotaSettingsTable.providerLimits + QuotaSettingsTable.budgets)

    static let model = SettingsSection(
        path: "models.NAME", doc: "A model, under the name that callers use.",
        settings: [
            Setting("provider", .string, "The name of its provider. Not with deployments, which name theirs."),
            Setting("upstream_model", .string, "What the provider calls it; the same name if absent."),
            Setting("aliases", .strings, default: "[]", "Further names for it."),
            Setting("context_length", .integer(1...100_000_000), "Tokens. For information."),
            Setting(
                "capabilities", .choices(ModelSettings.Capability.allCases.map(\.rawValue)),
                "What it can do. Requests that need more are refused; without a list nothing is."),
            Setting(
                "strategy", .choice(BalancingStrategy.allCases.map(\.rawValue)), default: "\"least_latency\"",
                "How one of several deployments is chosen."),
            Setting(
                "fallbacks", .strings, default: "[]", "Models to ask when the upstream of this one fails, in order."),
            Setting(
                "fallbacks_context", .strings, default: "[]",
                "Models to ask when the conversation is longer than this one's context."),
            Setting(
                "fallbacks_content", .strings, default: "[]",
                "Models to ask when this one's content policy refuses the request."),
            Setting(
                "canned_reply", .string,
                "The answer when nobody can give one; replies say that it is canned. Not for tools, structured output, or what an upstream refuses as wrong."
            ),
            Setting(
                "hedge", .boolean, default: "false",
                "Ask a second deployment where the first is slow to begin, and take the answer that begins first. Both are paid for."
            ),
            Setting(
                "hedge_after", .duration(Duration.seconds(2)...Duration.seconds(3600)), default: "\"2s\"",
                "What is slow: longer than this without content, and longer than 95 % of the model's answers."),
            Setting("cache", .choice(CacheSettings.Mode.allCases.map(\.rawValue)), "As `cache.mode`, for this model."),
            Setting("cache_ttl", .duration(CacheSettingsTable.ttl), "As `cache.ttl`, for this model."),
            Setting(
                "cache_scope", .choice(CacheSettings.Scope.allCases.map(\.rawValue)),
                "As `cache.scope`, for this model."
            ),
        ] + QuotaSettingsTable.limits + QuotaSettingsTable.prices)

    static let deployment = SettingsSection(
        path: "models.NAME.deployments.ID",
        doc: "One of several places where the model can be asked: another provider, region or key.",
        settings: [
            Setting("provider", .string, required: true, "The name of its provider."),
            Setting("upstream_model", .string, "What the provider calls it; the model's name if absent."),
            Setting("weight", .number(0.001...1_000_000), default: "1.0", "Its share of the requests."),
            Setting("priority", .integer(0...1_000_000), default: "0", "Lower is asked first (strategy `priority`)."),
            Setting("cost", .number(0...1_000_000_000), default: "0.0", "Relative price (strategy `cost`)."),
        ] + QuotaSettingsTable.limits + QuotaSettingsTable.prices)

    static let parameters = SettingsSection(
        path: "models.NAME.parameters", doc: "Parameters for requests that do not set them.",
        settings: [
            Setting("temperature", .number(0...10), "Sampling temperature."),
            Setting("top_p", .number(0...1), "Nucleus sampling."),
            Setting(
                "max_tokens", .integer(1...100_000_000),
                "Most tokens of output. Providers of the kind `anthropic` refuse requests without it."),
            Setting("stop", .strings, "Texts at which the answer ends."),
            Setting("seed", .integer(Int.min...Int.max), "Seed for repeatable sampling."),
            Setting("presence_penalty", .number(-10...10), "Against topics that occurred."),
            Setting("frequency_penalty", .number(-10...10), "Against words that occurred often."),
        ])

    static let defaults = SettingsSection(
        path: "defaults", doc: "For requests that name no model.",
        settings: [
            Setting("model", .string, "For Chat and Complete."),
            Setting("embedding_model", .string, "For Embed."),
        ])

    static let sections = [
        server, provider, model, deployment, parameters, defaults, QuotaSettingsTable.client,
        QuotaSettingsTable.clientModel, ResilienceSettingsTable.resilience, ResilienceSettingsTable.alert,
        CacheSettingsTable.cache, MetricsSettingsTable.metrics,
    ]
}
