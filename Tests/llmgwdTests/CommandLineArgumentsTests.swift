import Logging
import Testing

@testable import llmgwd

@Suite("Command line")
struct CommandLineArgumentsTests {
    private func parse(_ line: String) throws(CommandLineMistake) -> CommandLineArguments {
        try CommandLineArguments.parse(line.split(separator: " ").map(String.init))
    }

    @Test("Nothing said means serving with the host's configuration")
    func defaults() throws {
        let arguments = try parse("")
        #expect(arguments == CommandLineArguments())
        #expect(arguments.action == .serve)
        #expect(arguments.config == "/etc/llmgw/llmgw.toml")
    }

    @Test(
        "Values come after a blank or an equals sign",
        arguments: ["--config 配置.toml --socket /s --log-level debug", "--socket=/s --log-level=debug --config=配置.toml"])
    func values(line: String) throws {
        let arguments = try parse(line)
        #expect(arguments.config == "配置.toml")
        #expect(arguments.socket == "/s")
        #expect(arguments.logLevel == .debug)
    }

    @Test(
        "An action is asked for by its flag",
        arguments: zip(
            ["--check", "--help", "-h", "--version", "--print-configuration-reference", "--print-failure-table"],
            [
                CommandLineArguments.Action.check, .help, .help, .version, .printConfigurationReference,
                .printFailureTable,
            ]))
    func actions(flag: String, action: CommandLineArguments.Action) throws {
        #expect(try parse(flag).action == action)
    }

    @Test(
        "A mistake is told with its option and a near name",
        arguments: zip(
            [
                "--confg x", "--log-level warn", "--log-level wraning", "--config", "--socket=", "--check=1", "here",
                "-x",
            ],
            [
                "there is no option --confg; did you mean \"--config\"?",
                "--log-level cannot be \"warn\"; it is one of trace, debug, info, notice, warning, error, critical",
                "--log-level cannot be \"wraning\"; it is one of trace, debug, info, notice, warning, error, critical; did you mean \"warning\"?",
                "--config needs a value", "--socket needs a value", "--check takes no value",
                "\"here\" is not expected; a configuration file is named by --config", "there is no option -x",
            ]))
    func mistakes(line: String, message: String) {
        let mistake = #expect(throws: CommandLineMistake.self) { try parse(line) }
        #expect(mistake?.description.hasPrefix(message) == true, "\(mistake?.description ?? "no mistake")")
    }
}
