import LLMGWCore

/// The reference page, written from the settings table.
public enum ConfigurationReference {
    public static var markdown: String {
        var lines = [
            "# Configuration reference",
            "",
            "Written by `make docs` from the settings table; do not edit. `examples/llmgw.toml` is a file to start from;",
            "`llmgwd --check --config FILE` and `llmgw-ctl config check FILE` tell every mistake in one; `llmgw-ctl config show` prints what is in force.",
            "A change takes effect on `systemctl reload llmgw`, `llmgw-ctl reload` or SIGHUP, unless the setting says that it needs a restart.",
            "",
            "Without `--config` the daemon reads `/etc/llmgw/llmgw.toml`.",
        ]
        for section in SettingsTable.sections {
            lines += [
                "", "## `[\(section.path)]`", "", section.doc, "", "| setting | value | default | meaning |",
                "|---|---|---|---|",
            ]
            for setting in section.settings {
                let fallback = setting.default.map { "`\($0)`" } ?? (setting.isRequired ? "required" : "none")
                let expectation = setting.kind.expectation.replacing(bytesOf: "|", with: "\\|")
                let remark = setting.needsRestart ? " Needs a restart." : ""
                lines.append("| `\(setting.name)` | \(expectation) | \(fallback) | \(setting.doc)\(remark) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
