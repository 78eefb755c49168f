public import LLMGWCore

/// Turns a TOML file into a configuration, or into the list of everything that is wrong with it.
public enum ConfigurationLoader {
    /// Where the daemon looks when no file is named.
    public static let systemPath = "/etc/llmgw/llmgw.toml"

    public struct Loaded: Sendable {
        public var configuration: GatewayConfiguration
        /// What works, but deserves a look.
        public var warnings: [ConfigurationProblem]
    }

    public static func load(
        path: String, sources: ConfigurationSources = .system
    ) throws(ConfigurationErrors) -> Loaded {
        switch sources.read(path, false) {
        case .success(let text): return try parse(text, file: path, sources: sources)
        case .failure(let error):
            throw ConfigurationErrors([ConfigurationProblem(file: path, message: error.problem)])
        }
    }

    /// `file` is how the text is called in messages.
    public static func parse(
        _ text: String, file: String, sources: ConfigurationSources
    ) throws(ConfigurationErrors) -> Loaded {
        let root: [TOMLNode.Member]
        let lines: KeyLines
        do throws(TOMLSyntaxError) {
            (root, lines) = try TOMLNode.parse(text)
        } catch {
            throw ConfigurationErrors([
                ConfigurationProblem(file: file, line: error.line, message: "not valid TOML: \(error.message)")
            ])
        }
        var report = ProblemReport(file: file, lines: lines)
        let document = SettingsDocument(root, &report)
        var builder = ConfigurationBuilder(document: document, sources: sources, report: report)
        let configuration = builder.build()
        guard builder.report.problems.isEmpty else { throw ConfigurationErrors(builder.report.problems) }
        return Loaded(configuration: configuration, warnings: builder.report.warnings)
    }
}

/// Collects mistakes, and finds their lines.
struct ProblemReport: Sendable {
    let file: String
    let lines: KeyLines
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []

    init(file: String, lines: KeyLines) {
        self.file = file
        self.lines = lines
    }

    mutating func problem(_ path: [String], _ message: String, near: String? = nil) {
        problems.append(entry(path, message, near))
    }

    mutating func warning(_ path: [String], _ message: String) {
        warnings.append(entry(path, message, nil))
    }

    private func entry(_ path: [String], _ message: String, _ near: String?) -> ConfigurationProblem {
        ConfigurationProblem(
            file: file, line: lines.line(of: path), key: path.isEmpty ? nil : path.joined(separator: "."),
            message: message, nearName: near)
    }
}
