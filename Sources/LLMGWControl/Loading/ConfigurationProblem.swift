/// One mistake in a configuration.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file, as it was named.
    public var file: String
    public var line: Int?
    /// "providers.openai.base_url"; nil where the whole file is meant.
    public var key: String?
    /// What was found, and what was expected. Never a secret.
    public var message: String
    public var nearName: String?

    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let near = nearName.map { "; did you mean \"\($0)\"?" } ?? ""
        return key.map { "\(place): \($0): \(message)\(near)" } ?? "\(place): \(message)\(near)"
    }
}

/// All mistakes of a configuration, in the order of their lines.
public struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    public let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.sorted { ($0.line ?? 0, $0.description) < ($1.line ?? 0, $1.description) }
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
