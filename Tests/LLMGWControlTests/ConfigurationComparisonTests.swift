import LLMGWCore
import Testing

@testable import LLMGWControl

@Suite("Comparing configurations")
struct ConfigurationComparisonTests {
    private func configuration(_ text: String, key: String = "hush-key") throws -> GatewayConfiguration {
        let sources = ConfigurationSources.test(variables: ["KEY": key])
        return try ConfigurationLoader.parse(text, file: "f", sources: sources).configuration
    }

    private let text = """
        [server]
        socket = "/run/a"
        [providers.p]
        base_url = "https://example.org"
        key_env = "KEY"
        headers = { X-Key = "$KEY" }
        [models."模型"]
        provider = "p"
        """

    @Test("Equal configurations have no changes")
    func equal() throws {
        #expect(try ConfigurationComparison.changes(from: configuration(text), to: configuration(text)).isEmpty)
    }

    @Test("A changed value, one that came and one that went are told by their keys")
    func values() throws {
        let new = """
            [server]
            socket = "/run/b"
            request_timeout = "1m"
            [providers.p]
            base_url = "https://example.org"
            key_env = "KEY"
            headers = { X-Key = "$KEY" }
            [models."模型"]
            provider = "p"
            upstream_model = "x"
            """
        let changes = try ConfigurationComparison.changes(from: configuration(text), to: configuration(new))
        #expect(
            changes == [
                SettingChange(key: "models.\"模型\".upstream_model", newValue: "\"x\""),
                SettingChange(key: "server.request_timeout", oldValue: "\"10m\"", newValue: "\"1m\""),
                SettingChange(
                    key: "server.socket", oldValue: "\"/run/a\"", newValue: "\"/run/b\"", needsRestart: true),
            ])
        let back = try ConfigurationComparison.changes(from: configuration(new), to: configuration(text))
        #expect(back.map(\.newValue) == [nil, "\"10m\"", "\"/run/a\""])
    }

    @Test("A section that came, or went, is told by what is written in it, not by its defaults")
    func sections() throws {
        let more =
            text + """

                [providers.second]
                base_url = "https://example.net"
                [clients."报告"]
                users = ["0"]
                """
        let came = try ConfigurationComparison.changes(from: configuration(text), to: configuration(more))
        #expect(came.map(\.key) == ["clients.\"报告\".users", "providers.second.base_url"])
        #expect(came.allSatisfy { $0.oldValue == nil })
        let went = try ConfigurationComparison.changes(from: configuration(more), to: configuration(text))
        #expect(went.map(\.key) == came.map(\.key) && went.allSatisfy { $0.newValue == nil })
    }

    @Test("A rotated key is a change of the settings that name it, and is not shown")
    func rotation() throws {
        let changes = try ConfigurationComparison.changes(
            from: configuration(text), to: configuration(text, key: "hush-other"))
        #expect(changes.map(\.key) == ["providers.p.headers", "providers.p.key_env"])
        #expect(!"\(changes)".contains("hush"))
    }
}
