import LLMGWCore

@testable import LLMGWControl

/// A configuration loads or is refused with what is wrong; what is in force is TOML again, and loads.
enum TOMLTarget {
    private static let sources = ConfigurationSources(
        variable: { $0 == "KEY" ? "sk-变量" : nil },
        read: { path, _ in path.hasPrefix("/") ? .success("sk-file") : .failure(.init("does not exist")) },
        uid: { $0 == "操作员" ? 1001 : nil }, gid: { $0 == "staff" ? 50 : nil })

    static func test(_ input: [UInt8]) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        let loaded: ConfigurationLoader.Loaded
        do throws(ConfigurationErrors) {
            loaded = try ConfigurationLoader.parse(text, file: "llmgw.toml", sources: sources)
        } catch {
            expect(!error.problems.isEmpty, "a configuration is refused without a reason")
            for problem in error.problems { _ = problem.description }
            return
        }
        let written = loaded.configuration.effective.map { "\($0.key) = \($0.value)" }.joined(separator: "\n")
        do throws(TOMLSyntaxError) {
            _ = try TOMLNode.parse(written)
        } catch {
            fatalError("the settings in force are not TOML: \(error.message), line \(error.line) of\n\(written)")
        }
    }
}
