import LLMGWCore
import Testing

@testable import LLMGWControl

@Suite("Effective settings")
struct EffectiveSettingsTests {
    private let text = """
        [server]
        socket = "/run/\\"引号\\"\\\\ \\t\\u0001"
        socket_mode = "600"
        request_timeout = "120s"
        [providers.p]
        base_url = "https://example.org"
        key_env = "KEY"
        headers = { X-Key = "$KEY", X-Plain = "hush-literal" }
        [models.m]
        provider = "p"
        aliases = ["a", "b"]
        [models.m.parameters]
        temperature = 1
        """

    private func settings() throws -> [EffectiveSetting] {
        let sources = ConfigurationSources.test(variables: ["KEY": "hush-key"])
        return try ConfigurationLoader.parse(text, file: "f", sources: sources).configuration.effective
    }

    @Test("Neither keys nor the values of headers are shown")
    func secrets() throws {
        let settings = try settings()
        #expect(!"\(settings)".contains("hush"))
        let headers = try #require(settings.first { $0.key == "providers.p.headers" })
        #expect(headers.value == "{ X-Key = \"********\", X-Plain = \"********\" }")
        #expect(settings.contains { $0.key == "providers.p.key_env" && $0.value == "\"KEY\"" })
    }

    @Test("What the file says and what the table says are told apart")
    func sources() throws {
        let settings = Dictionary(uniqueKeysWithValues: try settings().map { ($0.key, $0) })
        func expect(
            _ key: String, _ value: String, _ source: EffectiveSetting.Source, needsRestart: Bool = false
        ) {
            let expected = EffectiveSetting(key: key, value: value, source: source, needsRestart: needsRestart)
            #expect(settings[key] == expected)
        }
        expect("server.socket_mode", "\"0600\"", .file, needsRestart: true)
        expect("server.request_timeout", "\"2m\"", .file)
        expect("server.idle_timeout", "\"10m\"", .default)
        expect("server.admin_users", "[]", .default)
        expect("providers.p.http_version", "\"auto\"", .default)
        expect("models.m.aliases", "[\"a\", \"b\"]", .file)
        expect("models.m.parameters.temperature", "1.0", .file)
        #expect(settings["models.m.parameters.top_p"] == nil, "nothing is in force where nothing was said")
    }

    @Test("Every value is TOML that reads back")
    func areTOML() throws {
        for setting in try settings() {
            let members = try TOMLNode.parse("x = \(setting.value)\n").members
            try #require(members.count == 1, "\(setting)")
            if setting.key == "server.socket", case .string(let socket) = members[0].node {
                #expect(socket == "/run/\"引号\"\\ \t\u{1}")
            }
        }
    }
}

@Suite("Settings table")
struct SettingsTableTests {
    @Test("Writing down every default changes nothing")
    func defaultsAreTheValuesInForce() throws {
        var text = "[server]\n" + Self.defaults(SettingsTable.server)
        text += "[providers.p]\nbase_url = \"https://api.example.org/v1\"\n" + Self.defaults(SettingsTable.provider)
        text += "[models.m]\nprovider = \"p\"\n" + Self.defaults(SettingsTable.model)
        let written = try ConfigurationLoader.parse(text, file: "f", sources: .test()).configuration
        let silent = try ConfigurationLoader.parse(minimalConfiguration, file: "f", sources: .test()).configuration
        #expect(written.server == silent.server)
        #expect(written.providers == silent.providers)
        #expect(written.models == silent.models)
        #expect(written.effective.map(\.key) == silent.effective.map(\.key))
        #expect(written.effective.map(\.value) == silent.effective.map(\.value))
    }

    private static func defaults(_ section: SettingsSection) -> String {
        section.settings.compactMap { setting in setting.default.map { "\(setting.name) = \($0)\n" } }.joined()
    }

    @Test func theReferenceNamesEverySetting() throws {
        let lines = ConfigurationReference.markdown.split(separator: "\n").map(String.init)
        for section in SettingsTable.sections {
            let start = try #require(lines.firstIndex(of: "## `[\(section.path)]`"))
            #expect(lines[start + 1] == section.doc)
            let rows = lines[start...].dropFirst().prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| `") }
            #expect(rows.count == section.settings.count)
            for (row, setting) in zip(rows, section.settings) {
                #expect(row.hasPrefix("| `\(setting.name)` | "))
                #expect(row.contains(setting.isRequired ? "| required |" : setting.default ?? "| none |"))
                #expect(row.hasSuffix(" | \(setting.doc)\(setting.needsRestart ? " Needs a restart." : "") |"))
            }
        }
    }

    @Test func namesAreUniqueAndDocumented() {
        for section in SettingsTable.sections {
            #expect(Set(section.settings.map(\.name)).count == section.settings.count)
            #expect(section.settings.allSatisfy { $0.doc.hasSuffix(".") && !$0.doc.contains("\n") })
        }
    }
}

@Suite("Durations in settings")
struct SettingDurationTests {
    @Test(
        arguments: [
            ("0s", 0), ("1ms", 1), ("1000ms", 1000), ("5s", 5000), ("120s", 120_000), ("2m", 120_000),
            ("1h", 3_600_000),
        ] as [(String, Int64)])
    func text(text: String, milliseconds: Int64) throws {
        let duration = try #require(Duration(settingText: text))
        #expect(duration == .milliseconds(milliseconds))
        #expect(Duration(settingText: duration.settingText) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "-5s", "+5s", "5S", "5 s", "1.5s", "5s ", "٥s", "5µs", "5d", "9223372036854775807h",
    ])
    func otherTexts(text: String) {
        #expect(Duration(settingText: text) == nil)
    }

    @Test(
        arguments: [(1500, "1500ms"), (60_000, "1m"), (90_000, "90s"), (3_600_000, "1h"), (0, "0s")]
            as [(Int64, String)])
    func shortest(milliseconds: Int64, text: String) {
        #expect(Duration.milliseconds(milliseconds).settingText == text)
    }
}
