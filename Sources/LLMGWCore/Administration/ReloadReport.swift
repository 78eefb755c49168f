/// An order to read the configuration anew.
public struct ReloadCommand: Sendable, Hashable {
    /// Read and compare, and change nothing.
    public var dryRun: Bool

    public init(
        dryRun: Bool = false
    ) {
        self.dryRun = dryRun
    }
}

/// What came of reading the configuration anew.
public struct ReloadReport: Sendable, Hashable {
    /// False where there are problems, or nothing was to be changed: the daemon goes on as before.
    public var applied: Bool
    public var changes: [SettingChange]
    public var problems: [SettingProblem]
    /// The file that was read.
    public var path: String?

    public init(
        applied: Bool = false, changes: [SettingChange] = [], problems: [SettingProblem] = [], path: String? = nil
    ) {
        self.applied = applied
        self.changes = changes
        self.problems = problems
        self.path = path
    }
}

/// A setting whose value is another one now.
public struct SettingChange: Sendable, Hashable {
    /// "providers.openai.base_url".
    public var key: String
    /// As TOML, secrets masked; nil where the setting was not there.
    public var oldValue: String?
    /// Nil where it is not there.
    public var newValue: String?
    /// It takes effect with the daemon's next start.
    public var needsRestart: Bool

    public init(
        key: String = "", oldValue: String? = nil, newValue: String? = nil, needsRestart: Bool = false
    ) {
        self.key = key
        self.oldValue = oldValue
        self.newValue = newValue
        self.needsRestart = needsRestart
    }
}

/// A mistake in the configuration.
public struct SettingProblem: Sendable, Hashable {
    public var file: String
    /// Nil where the whole file is meant.
    public var line: UInt32?
    public var key: String?
    public var message: String

    public init(
        file: String = "", line: UInt32? = nil, key: String? = nil, message: String = ""
    ) {
        self.file = file
        self.line = line
        self.key = key
        self.message = message
    }
}
