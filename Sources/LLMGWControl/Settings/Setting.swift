import LLMGWCore

/// One row of the settings table: everything there is to know about a setting, in one place.
struct Setting: Sendable {
    /// What a value may be.
    enum Kind: Sendable {
        case string
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case boolean
        /// "250ms", "5s", "2m", "1h".
        case duration(ClosedRange<Duration>)
        case choice([String])
        case strings
        case choices([String])
        /// A table of strings.
        case table
        /// A table of integers.
        case counts(ClosedRange<Int>)
        /// A file mode in octal: "0660".
        case mode
    }

    let name: String
    let kind: Kind
    /// As TOML; nil where the setting has none.
    let `default`: String?
    let isRequired: Bool
    /// Its value is masked whenever it is shown.
    let isSecret: Bool
    /// A reload does not change it.
    let needsRestart: Bool
    let doc: String

    init(
        _ name: String, _ kind: Kind, default: String? = nil, required: Bool = false, secret: Bool = false,
        needsRestart: Bool = false, _ doc: String
    ) {
        self.name = name
        self.kind = kind
        self.default = `default`
        self.isRequired = required
        self.isSecret = secret
        self.needsRestart = needsRestart
        self.doc = doc
    }
}

/// A TOML section, and its settings.
struct SettingsSection: Sendable {
    /// "server", "providers.NAME", "models.NAME.parameters".
    let path: String
    let doc: String
    let settings: [Setting]

    func setting(_ name: String) -> Setting? { settings.first { $0.name == name } }
}
