import LLMGWCore

/// The manual page llmgw.toml(5), written from the settings table.
public enum ConfigurationManual {
    public static var page: String {
        var lines = [
            ".\\\" Written by `make docs` from the settings table; do not edit.",
            ".TH LLMGW.TOML 5 \"\" \"llmgw \(Version.current)\" \"File Formats\"", ".SH NAME",
            "llmgw.toml \\- configuration of llmgwd", ".SH DESCRIPTION",
        ]
        lines += text(
            "A TOML file. `llmgwd --check` and `llmgw-ctl config check` tell every mistake in it, with line and key; `llmgw-ctl config show` prints what is in force. NAME and ID are yours to choose; one with a dot in it is quoted. `/etc/llmgw/llmgw.toml` is read where `--config` names no other file."
        )
        for section in SettingsTable.sections {
            lines.append(".SH [\(escaped(section.path))]")
            lines += text(section.doc)
            for setting in section.settings {
                lines += [".TP", "\\fB\(escaped(setting.name))\\fR"]
                lines += text("\(setting.kind.expectation)\(fallback(of: setting)). \(setting.doc)".capitalizedFirst)
            }
        }
        lines += [
            ".SH FILES", ".TP", ".I /etc/llmgw/llmgw.toml", "The configuration of the system's daemon.", ".TP",
            ".I ~/.config/llmgw/llmgw.toml", "That of a user's own, where systemd runs it.", ".SH EXAMPLES", ".nf",
        ]
        lines += example.map(escaped)
        lines += [".fi", ".SH SEE ALSO", ".BR llmgwd (8),", ".BR llmgw\\-ctl (1)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static let example = [
        "[providers.hosted]", "base_url = \"https://api.openai.com/v1\"", "key_credential = \"key_openai\"", "",
        "[models.\"gpt-4.1-mini\"]", "provider = \"hosted\"", "aliases = [\"small\"]", "", "[defaults]",
        "model = \"small\"",
    ]

    private static func fallback(of setting: Setting) -> String {
        if setting.isRequired { return "; required" }
        return setting.default.map { "; default `\($0)`" } ?? ""
    }

    /// A paragraph in which `code` stands out. A line that began with a dot or a quote would be a command.
    private static func text(_ markdown: String) -> [String] {
        let parts = markdown.split(separator: "`", omittingEmptySubsequences: false)
        let line = parts.enumerated().map { index, part in
            index % 2 == 1 ? "\\fB\(escaped(String(part)))\\fR" : escaped(String(part))
        }.joined()
        return [line.hasPrefix(".") || line.hasPrefix("'") ? "\\&\(line)" : line]
    }

    /// A plain hyphen is typeset as a dash, and a backslash begins a command.
    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\e"
            case "-": "\\-"
            case "\"": "\\(dq"
            default: String(character)
            }
        }.joined()
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
