import ArgumentParser
import LLMGWControl
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a configuration file, or show the settings in force.",
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self])
}

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say everything that is wrong with a configuration file. Needs no daemon.",
        discussion: "EXAMPLES\n  llmgw-ctl config check\n  llmgw-ctl config check ./llmgw.toml")

    @Argument(help: "The file.")
    var file = ConfigurationLoader.systemPath

    func run() throws {
        do throws(ConfigurationErrors) {
            let loaded = try ConfigurationLoader.load(path: file)
            for warning in loaded.warnings { Terminal.note("warning: \(warning)") }
        } catch {
            throw ToolFailure(.failure, error.problems.map(\.description).joined(separator: "\nllmgw-ctl: "))
        }
        Terminal.write("\(file): valid\n")
    }
}

struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the daemon's settings in force, secrets masked. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl config show\n  llmgw-ctl config show --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try await connection.withClient { try await $0.configuration() }
        if output.json {
            JSON.print {
                $0.object {
                    $0.member("path", view.path)
                    $0.array("settings", view.settings) { writer, setting in
                        writer.object {
                            $0.member("key", setting.key)
                            $0.member("value", setting.value)
                            $0.member("source", setting.source.rawValue)
                        }
                    }
                }
            }
            return
        }
        var table = Table("SETTING", "VALUE", "FROM")
        for setting in view.settings {
            table.add(setting.key, setting.value, setting.source == .file ? view.path.orDash : "default")
        }
        Terminal.write(table.text)
    }
}
