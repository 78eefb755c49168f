import LLMGWControl
import Testing

@Suite("Configuration: every mistake is named")
struct BadConfigurationTests {
    /// A mistake, in front of a configuration that is right, and how it is reported.
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int?
        var key: String?
        var message: String
        var near: String?

        init(_ text: String, _ line: Int?, _ key: String?, _ message: String, near: String? = nil) {
            (self.text, self.line, self.key, self.message, self.near) = (text, line, key, message, near)
        }

        var testDescription: String { text.replacing("\n", with: " ") }

        /// This mistake is told, and no other.
        func expectReport() throws {
            let error = #expect(throws: ConfigurationErrors.self) {
                try ConfigurationLoader.parse(text + minimalConfiguration, file: "测试.toml", sources: sources)
            }
            let problems = try #require(error).problems
            try #require(problems.count == 1, "\(problems)")
            #expect(problems[0].file == "测试.toml")
            #expect(problems[0].line == line)
            #expect(problems[0].key == key)
            #expect(problems[0].message == message)
            #expect(problems[0].nearName == near)
            #expect(!"\(problems)".contains("hush"), "what may be a secret is not repeated")
        }
    }

    static let sources = ConfigurationSources.test(
        variables: [
            "BLANK": " \n", "NOT_ASCII": "ключ", "TWO_LINES": "sk-1\nsk-2", "CONTROL": "a\u{1}b", "HAS_KEY": "sk-1",
        ],
        files: ["/keys/good": "sk-2\n"])

    static let sections = [
        Case("[sever]", 1, "sever", "unknown section", near: "server"),
        Case("server = 3", 1, "server", "is an integer; expected a section [server]"),
        Case("defaults = [1]", 1, "defaults", "is an array; expected a section [defaults]"),
        Case("[models]\nx = true", 2, "models.x", "is a boolean; expected a section [models.NAME]"),
        Case(
            "[models.\"a b\"]\nprovider = \"p\"", 1, "models.a b",
            "is not a name; use letters, digits and - _ . : / @ +"),
    ]

    static let server = [
        Case("[server]\nsocket = 5", 2, "server.socket", "is an integer; expected a string"),
        Case("[server]\nsocket = \"run/x\"", 2, "server.socket", "is not an absolute path"),
        Case("[server]\nadmin_socket = \"run/x\"", 2, "server.admin_socket", "is not an absolute path"),
        Case(
            "[server]\nsocket = \"/x\"\nadmin_socket = \"/x\"", 3, "server.admin_socket",
            "is the same path as server.socket"),
        Case("[server]\n\n# 注释\nsockt = \"/x\"", 4, "server.sockt", "unknown setting", near: "socket"),
        Case(
            "[server]\nsocket_mode = \"0999\"", 2, "server.socket_mode",
            "is \"0999\"; expected a file mode in octal, such as \"0660\""),
        Case(
            "[server]\nsocket_mode = 432", 2, "server.socket_mode",
            "is an integer; expected a file mode in octal, such as \"0660\""),
        Case(
            "[server]\nmax_streams_per_uid = 0", 2, "server.max_streams_per_uid",
            "is 0; expected an integer from 1 to 1000000"),
        Case(
            "[server]\nidle_timeout = 5", 2, "server.idle_timeout",
            "is a number; expected a duration with its unit, such as \"5s\" or \"5ms\""),
        Case(
            "[server]\nidle_timeout = \"5 s\"", 2, "server.idle_timeout",
            "is \"5 s\"; expected a duration from \"1ms\" to \"24h\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""),
        Case(
            "[server]\nwrite_timeout = \"25h\"", 2, "server.write_timeout",
            "is \"25h\"; expected a duration from \"1ms\" to \"24h\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""),
        Case(
            "[server]\ndrain_timeout = \"99999999999999999999h\"", 2, "server.drain_timeout",
            "is \"99999999999999999999h\"; expected a duration from \"0s\" to \"24h\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""
        ),
        Case(
            "[server]\nrequest_timeout = 2026-01-01", 2, "server.request_timeout",
            "is a date or time; expected a duration from \"1ms\" to \"24h\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""
        ),
        Case("[server]\nadmin_users = [\"谁\"]", 2, "server.admin_users", "this host has no user \"谁\""),
        Case("[server]\nadmin_groups = [\"x\"]", 2, "server.admin_groups", "this host has no group \"x\""),
        Case(
            "[server]\nadmin_users = [0]", 2, "server.admin_users",
            "has an element that is an integer; expected an array of strings"),
    ]

    private static func provider(_ setting: String, _ key: String, _ message: String, near: String? = nil) -> Case {
        Case(
            "[providers.q]\nbase_url = \"https://example.org\"\n\(setting)", 3, "providers.q.\(key)", message,
            near: near)
    }

    private static func url(_ url: String, _ message: String) -> Case {
        Case("[providers.q]\nbase_url = \"\(url)\"", 2, "providers.q.base_url", message)
    }

    static let providers = [
        Case("[providers.q]", 1, "providers.q.base_url", "is missing; expected a string"),
        url("ftp://example.org", "is not an http or https URL"),
        url("", "is not an http or https URL"),
        url("https://me:hush@example.org", "holds user information; use key_credential, key_file or key_env"),
        url("https://example.org/v1?a=1", "has a query or fragment, which a base does not have"),
        url("https://example.org/v1#a", "has a query or fragment, which a base does not have"),
        url("https:///v1", "names no host"),
        url("https://exa mple.org", "has blanks in it"),
        url("https://example.org:x", "has a port that is not a number from 1 to 65535"),
        url("https://[::1]:65536/v1", "has a port that is not a number from 1 to 65535"),
        provider(
            "kind = \"openia\"", "kind", "is \"openia\"; expected one of \"openai\", \"anthropic\"", near: "openai"),
        provider("http_version = \"3\"", "http_version", "is \"3\"; expected one of \"auto\", \"1.1\", \"2\""),
        provider("ca_file = \"/none.pem\"", "ca_file", "the file /none.pem cannot be read"),
        provider("max_concurency = 5", "max_concurency", "unknown setting", near: "max_concurrency"),
        provider("max_concurrency = -1", "max_concurrency", "is -1; expected an integer from 0 to 65536"),
        provider("max_queue = 1.5", "max_queue", "is a number; expected an integer from 0 to 1000000"),
        provider(
            "embed_max_wait = \"2s\"", "embed_max_wait",
            "is \"2s\"; expected a duration from \"0s\" to \"1s\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""),
    ]

    static let keys = [
        provider(
            "key = \"sk-hush\"", "key", "a key does not belong in this file; use key_credential, key_file or key_env"),
        provider("key_env = \"UNSET\"", "key_env", "the environment variable UNSET is not set"),
        provider("key_env = \"sk-hush\"", "key_env", "is not the name of an environment variable"),
        provider("key_env = \"BLANK\"", "key_env", "the key is empty"),
        provider("key_env = \"NOT_ASCII\"", "key_env", "the key has characters that an HTTP header cannot carry"),
        provider("key_env = \"TWO_LINES\"", "key_env", "the key has characters that an HTTP header cannot carry"),
        provider("key_file = \"key\"", "key_file", "is not an absolute path"),
        provider("key_file = \"/keys/none\"", "key_file", "the file /keys/none cannot be read"),
        provider("key_file = \"/keys/k.public\"", "key_file", "the file /keys/k.public can be read by others"),
        provider(
            "key_credential = \"c\"", "key_credential",
            "there are no credentials ($CREDENTIALS_DIRECTORY is not set); add LoadCredential=c:FILE to the unit"),
        Case(
            "[providers.q]\nbase_url = \"https://example.org\"\nkey_env = \"HAS_KEY\"\nkey_file = \"/keys/good\"", 3,
            "providers.q.key_env", "is one key too many beside key_file"),
    ]

    static let headers = [
        provider("headers = { \"X Y\" = \"1\" }", "headers.X Y", "is not the name of a header"),
        provider("headers = { \"\" = \"1\" }", "headers.", "is not the name of a header"),
        provider("headers = { X = 3 }", "headers", "is not as expected; expected a table of strings"),
        provider("headers = \"hush\"", "headers", "is not as expected; expected a table of strings"),
        provider("headers = { X = \"$UNSET\" }", "headers.X", "the environment variable UNSET is not set"),
        provider(
            "headers = { X = \"$hush-hush\" }", "headers.X", "is not \"$\" and the name of an environment variable"),
        provider("headers = { X = \"$CONTROL\" }", "headers.X", "has a value with control characters"),
        provider("headers = { X = \"hush\\r\\nY: 1\" }", "headers.X", "has a value with control characters"),
    ]

    private static func model(_ setting: String, _ line: Int, _ key: String, _ message: String, near: String? = nil)
        -> Case
    {
        Case("[models.n]\nprovider = \"p\"\n\(setting)", line, key, message, near: near)
    }

    static let models = [
        Case(
            "[models.n]", 1, "models.n.provider",
            "is missing; expected a string, or sections [models.NAME.deployments.ID]"),
        Case("[models.n]\nprovider = \"pp\"", 2, "models.n.provider", "there is no provider \"pp\""),
        Case(
            "[providers.cloud]\nbase_url = \"https://example.org\"\n[models.n]\nprovider = \"clout\"", 4,
            "models.n.provider", "there is no provider \"clout\"", near: "cloud"),
        model(
            "capabilities = [\"chatt\"]", 3, "models.n.capabilities",
            """
            has "chatt"; expected an array of "chat", "completion", "embedding", "vision", "tools", "json", "reasoning", \
            "code"
            """, near: "chat"),
        model("aliases = [\"m\"]", 3, "models.n.aliases", "\"m\" already means the model m"),
        model("aliases = [\"n\"]", 3, "models.n.aliases", "\"n\" already means the model n"),
        model("aliases = \"x\"", 3, "models.n.aliases", "is a string; expected an array of strings"),
        model("context_length = 0", 3, "models.n.context_length", "is 0; expected an integer from 1 to 100000000"),
        model("parameter = { }", 3, "models.n.parameter", "unknown setting", near: "parameters"),
        model("parameters = 1", 3, "models.n.parameters", "is an integer; expected a section [models.NAME.parameters]"),
        model(
            "[models.n.parameters]\ntemperatur = 1", 4, "models.n.parameters.temperatur", "unknown setting",
            near: "temperature"),
        model(
            "[models.n.parameters]\ntemperature = 11", 4, "models.n.parameters.temperature",
            "is 11.0; expected a number from 0.0 to 10.0"),
        model(
            "[models.n.parameters]\ntop_p = nan", 4, "models.n.parameters.top_p",
            "is nan; expected a number from 0.0 to 1.0"),
        Case("[defaults]\nmodel = \"mm\"", 2, "defaults.model", "there is no model \"mm\""),
        Case(
            "[models.n]\nprovider = \"p\"\naliases = [\"small\"]\n[defaults]\nmodel = \"smal\"", 5, "defaults.model",
            "there is no model \"smal\"", near: "small"),
        Case("[defaults]\nembedding_model = \"大\"", 2, "defaults.embedding_model", "there is no model \"大\""),
        Case("[defaults]\nmodels = \"m\"", 2, "defaults.models", "unknown setting", near: "model"),
    ]

    @Test(arguments: sections + server + providers + keys + headers + models)
    func isReported(_ test: Case) throws { try test.expectReport() }

    @Test(
        "Text that is not TOML is reported with its line",
        arguments: [
            ("[server\n", 1), ("[server]\nsocket = \n", 2), ("a = 1\na = 2\n", 2), ("\n\nx = \"\u{0}\"\n", 3),
            ("[server]\nsocket = \"/x\n", 2), ("\n[!]\n", 2), ("[ \u{0}server]\n", 1), ("[[钥]]\n", 1),
            ("a = { ! = 1 }\n", 1),
        ])
    func syntax(text: String, line: Int) throws {
        let error = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationLoader.parse(text, file: "f", sources: Self.sources)
        }
        let problem = try #require(error?.problems.first)
        #expect(error?.problems.count == 1)
        #expect(problem.line == line)
        #expect(problem.key == nil)
        #expect(problem.message.hasPrefix("not valid TOML: "))
    }

    @Test func anEmptyFileHasNoModel() throws {
        for text in ["", "\n# 什么都没有\n"] {
            let error = #expect(throws: ConfigurationErrors.self) {
                try ConfigurationLoader.parse(text, file: "f", sources: Self.sources)
            }
            #expect(
                error?.description == "f: no model is configured; add a section [models.NAME] and its provider")
        }
    }

    @Test func aFileThatCannotBeRead() {
        let error = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationLoader.load(path: "/none.toml", sources: Self.sources)
        }
        #expect(error?.description == "/none.toml: cannot be read")
    }

    @Test("Defaults that the provider's dialect cannot say are mistakes")
    func parametersOfTheDialect() throws {
        let text = """
            [providers.p]
            kind = "anthropic"
            base_url = "https://example.org"
            [models.m]
            provider = "p"
            [models.m.parameters]
            max_tokens = 9
            temperature = 0.5
            presence_penalty = 0
            frequency_penalty = 0.1
            seed = 0
            """
        let error = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationLoader.parse(text, file: "f", sources: Self.sources)
        }
        #expect(
            error?.description == """
                f:10: models.m.parameters.frequency_penalty: has no counterpart in Anthropic's API
                f:11: models.m.parameters.seed: has no counterpart in Anthropic's API
                """)
    }

    @Test("All mistakes are told at once, in the order of their lines")
    func allAtOnce() throws {
        let text = """
            [server]
            sockt = "/x"
            idle_timeout = 5
            [providers.p]
            base_url = "example.org"
            kind = "x"
            [models.m]
            provider = "q"
            [defaults]
            model = "n"
            """
        let error = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationLoader.parse(text, file: "f", sources: Self.sources)
        }
        #expect(
            error?.description == """
                f:2: server.sockt: unknown setting; did you mean "socket"?
                f:3: server.idle_timeout: is a number; expected a duration with its unit, such as "5s" or "5ms"
                f:5: providers.p.base_url: is not an http or https URL
                f:6: providers.p.kind: is "x"; expected one of "openai", "anthropic"
                f:8: models.m.provider: there is no provider "q"
                f:10: defaults.model: there is no model "n"
                """)
    }
}
