import LLMGWControl
import LLMGWCore
import Testing

@Suite("Configuration: what is written is what is in force")
struct GoodConfigurationTests {
    private func load(
        _ text: String, _ sources: ConfigurationSources = .test()
    ) throws -> ConfigurationLoader.Loaded {
        try ConfigurationLoader.parse(text, file: "f", sources: sources)
    }

    @Test func theLeast() throws {
        let loaded = try load(minimalConfiguration)
        let configuration = loaded.configuration
        #expect(loaded.warnings.isEmpty)
        #expect(configuration.server == ServerSettings())
        #expect(configuration.providers == ["p": ProviderSettings(name: "p", baseURL: "https://api.example.org/v1")])
        #expect(configuration.models == ["m": ModelSettings(name: "m", provider: "p", upstreamModel: "m")])
        #expect(configuration.defaults == DefaultSettings())
        #expect(configuration.path == "f")
    }

    @Test(
        "Anthropic's API is meant with and without its version",
        arguments: [
            ("https://example.org", "https://example.org/v1"), ("https://example.org/", "https://example.org/v1"),
            ("https://example.org/v1", "https://example.org/v1"), ("https://example.org/v1/", "https://example.org/v1"),
            ("https://example.org/接口", "https://example.org/接口/v1"),
        ])
    func anthropic(written: String, meant: String) throws {
        let text = """
            [providers.p]
            kind = "anthropic"
            base_url = "\(written)"
            [models.m]
            provider = "p"
            """
        let provider = try load(text).configuration.providers["p"]
        #expect(provider?.kind == .anthropic)
        #expect(provider?.baseURL == meant)
    }

    @Test func everything() throws {
        let text = """
            [server]
            socket = "/run/插座"
            socket_mode = "0600"
            admin_socket = "/run/管理"
            admin_users = ["操作员", "7"]
            admin_groups = ["staff"]
            max_connections_per_uid = 1
            max_streams_per_uid = 2
            max_streams_per_connection = 3
            max_watches_per_uid = 4
            handshake_timeout = "4ms"
            idle_timeout = "5s"
            write_timeout = "6m"
            request_timeout = "7h"
            drain_timeout = "0s"
            exit_when_idle = "9m"
            batch_concurrency = 8

            [providers.p]
            kind = "openai"
            base_url = "HTTPS://example.org:8443/v1//"
            key_env = "KEY"
            headers = { b = "二", A = "$HEADER" }
            http_version = "1.1"
            ca_file = "/ca.pem"
            connect_timeout = "1s"
            first_token_timeout = "2s"
            idle_timeout = "3s"
            total_timeout = "4s"
            end_timeout = "0s"
            max_concurrency = 5
            max_queue = 0
            embed_max_batch = 6
            embed_max_wait = "7ms"
            embed_max_queue = 8

            [models."org/模型:v1.5"]
            provider = "p"
            upstream_model = "up"
            aliases = ["小", "s"]
            context_length = 9
            capabilities = ["chat", "tools"]

            [models."org/模型:v1.5".parameters]
            temperature = 0
            top_p = 0.5
            max_tokens = 10
            stop = ["停"]
            seed = -11
            presence_penalty = -1.5
            frequency_penalty = 1

            [defaults]
            model = "小"
            embedding_model = "org/模型:v1.5"
            """
        let sources = ConfigurationSources.test(
            variables: ["KEY": " sk-1\n", "HEADER": "v"], files: ["/ca.pem": "certificate"])
        let configuration = try load(text, sources).configuration
        #expect(
            configuration.server
                == ServerSettings(
                    socket: "/run/插座", socketMode: 0o600, adminSocket: "/run/管理", adminUIDs: [1001, 7], adminGIDs: [50],
                    maxConnectionsPerUID: 1, maxStreamsPerUID: 2, maxStreamsPerConnection: 3,
                    maxWatchesPerUID: 4,
                    handshakeTimeout: .milliseconds(4), idleTimeout: .seconds(5), writeTimeout: .seconds(360),
                    requestTimeout: .seconds(25_200), drainTimeout: .zero, exitWhenIdle: .seconds(540),
                    batchConcurrency: 8))
        #expect(
            configuration.providers["p"]
                == ProviderSettings(
                    name: "p", baseURL: "HTTPS://example.org:8443/v1", key: Secret("sk-1"),
                    headers: [.init(name: "A", value: Secret("v")), .init(name: "b", value: Secret("二"))],
                    httpVersion: .http1, caFile: "/ca.pem",
                    timeouts: UpstreamTimeouts(
                        connect: .seconds(1), firstToken: .seconds(2), idle: .seconds(3), total: .seconds(4),
                        drain: .zero),
                    limits: QuotaLimits([.concurrency: 5]), maxQueue: 0,
                    embedBatching: EmbedBatching(maxBatch: 6, maxWait: .milliseconds(7), maxQueue: 8)))
        let name = "org/模型:v1.5"
        #expect(
            configuration.models[name]
                == ModelSettings(
                    name: name, provider: "p", upstreamModel: "up", aliases: ["小", "s"], contextLength: 9,
                    capabilities: [.chat, .tools],
                    defaultParameters: Sampling(
                        temperature: 0, topP: 0.5, maxTokens: 10, stop: ["停"], seed: -11, presencePenalty: -1.5,
                        frequencyPenalty: 1)))
        #expect(configuration.defaults == DefaultSettings(model: "小", embeddingModel: name))
    }

    @Test func resilience() throws {
        let text = """
            [resilience]
            active_check_interval = "5s"
            active_check_failures = 1
            active_check_recoveries = 4
            attempts = { "llmgw.upstream.rate_limited" = 5, "llmgw.upstream.server_error" = 1 }

            """
        #expect(
            try load(text + minimalConfiguration).configuration.resilience
                == ResilienceSettings(
                    attempts: [.rateLimited: 5, .serverError: 1], activeCheckInterval: .seconds(5),
                    activeCheckFailures: 1, activeCheckRecoveries: 4))
    }

    @Test(
        "A key comes from any of its sources, without the blanks around it",
        arguments: [
            ("key_env = \"KEY\"", "sk-env"), ("key_file = \"/key\"", "sk-file"),
            ("key_credential = \"c\"", "sk-credential"),
        ])
    func keys(setting: String, value: String) throws {
        let sources = ConfigurationSources.test(
            variables: ["KEY": "sk-env\n", "CREDENTIALS_DIRECTORY": "/creds"],
            files: ["/key": "\n sk-file \n", "/creds/c": "sk-credential"])
        let text = "[providers.q]\nbase_url = \"https://example.org\"\n\(setting)\n" + minimalConfiguration
        let key = try load(text, sources).configuration.providers["q"]?.key
        #expect(key?.reveal() == value)
    }

    @Test func aCredentialIsAName() throws {
        let text = "[providers.q]\nbase_url = \"https://example.org\"\nkey_credential = \"../x\"" + minimalConfiguration
        let sources = ConfigurationSources.test(variables: ["CREDENTIALS_DIRECTORY": "/creds"], files: ["/x": "k"])
        let error = #expect(throws: ConfigurationErrors.self) { try load(text, sources) }
        #expect(error?.problems.map(\.message) == ["is the name of a credential, not a path"])
    }

    @Test(
        "Plain http is for this host",
        arguments: [
            ("http://example.org/v1", 1), ("https://example.org", 0), ("http://localhost:8080/v1", 0),
            ("http://127.0.0.1", 0), ("http://127.1.2.3:1/", 0), ("http://[::1]:9/v1", 0), ("http://[::2]/", 1),
            ("HTTP://example.org", 1),
        ])
    func plainHTTP(url: String, warnings: Int) throws {
        let text = "[providers.q]\nbase_url = \"\(url)\"" + minimalConfiguration
        let found = try load(text).warnings
        #expect(found.count == warnings)
        #expect(found.allSatisfy { $0.line == 2 && $0.key == "providers.q.base_url" })
    }

    @Test func durationsWithoutFractions() throws {
        for (text, expected) in [("1ms", 1), ("90s", 90_000), ("0s", 0), ("24h", 86_400_000)] as [(String, Int64)] {
            let loaded = try load("[server]\ndrain_timeout = \"\(text)\"" + minimalConfiguration)
            #expect(loaded.configuration.server.drainTimeout == .milliseconds(expected))
        }
    }
}
