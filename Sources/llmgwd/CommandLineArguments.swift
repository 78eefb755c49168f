import LLMGWControl
import LLMGWCore
import Logging

/// What the daemon is asked to do on its command line.
///
/// A parser of its own: swift-argument-parser brings FoundationEssentials along, which doubles the daemon's size in memory
/// (docs/adr/0009-small-daemon.md).
struct CommandLineArguments: Equatable {
    enum Action: Equatable {
        case serve
        case check
        case printConfigurationReference
        case printConfigurationManual
        case printFailureTable
        case printMetricsReference
        case help
        case version
    }

    var action = Action.serve
    var config = ConfigurationLoader.systemPath
    /// Instead of the configured one.
    var socket: String?
    var logLevel = Logger.Level.info

    /// `arguments` without the program's name. Of several options that ask for an action, the last one counts.
    static func parse(_ arguments: some Sequence<String>) throws(CommandLineMistake) -> CommandLineArguments {
        var parsed = CommandLineArguments()
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            let (name, attached) = split(argument)
            if let action = flags[name] {
                guard attached == nil else { throw CommandLineMistake("\(name) takes no value") }
                parsed.action = action
            } else if options.contains(name) {
                guard let value = attached ?? rest.next(), !value.isEmpty else {
                    throw CommandLineMistake("\(name) needs a value")
                }
                try parsed.set(name, value)
            } else {
                throw unknown(name)
            }
        }
        return parsed
    }

    private static let flags: [String: Action] = [
        "--check": .check, "--print-configuration-reference": .printConfigurationReference,
        "--print-configuration-manual": .printConfigurationManual,
        "--print-failure-table": .printFailureTable, "--print-metrics-reference": .printMetricsReference,
        "--help": .help, "-h": .help, "--version": .version,
    ]
    private static let options = ["--config", "--socket", "--log-level"]

    private mutating func set(_ name: String, _ value: String) throws(CommandLineMistake) {
        switch name {
        case "--config": config = value
        case "--socket": socket = value
        default:
            guard let level = Logger.Level(rawValue: value) else {
                let levels = Logger.Level.allCases.map(\.rawValue)
                throw CommandLineMistake(
                    "\(name) cannot be \"\(value)\"; it is one of \(levels.joined(separator: ", "))",
                    near: NearestName.among(levels, to: value))
            }
            logLevel = level
        }
    }

    /// "--name=value" and "--name".
    private static func split(_ argument: String) -> (name: String, value: String?) {
        guard argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") else { return (argument, nil) }
        return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }

    private static func unknown(_ name: String) -> CommandLineMistake {
        guard name.hasPrefix("-") else {
            return CommandLineMistake("\"\(name)\" is not expected; a configuration file is named by --config")
        }
        return CommandLineMistake(
            "there is no option \(name)", near: NearestName.among(options + flags.keys.sorted(), to: name))
    }

    static let help = """
        The local gateway to language models.

        Usage: llmgwd [--config FILE] [--socket PATH] [--log-level LEVEL] [--check]

        OPTIONS
          --config FILE      The configuration file, TOML (\(ConfigurationLoader.systemPath)).
          --socket PATH      Path of the socket, instead of the configured one.
          --log-level LEVEL  Least severity that is logged: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")) (info).
          --check            Check the configuration, say everything that is wrong with it, and exit.
          --version          Show the version.
          --help, -h         Show this.

        EXAMPLES
          llmgwd --config /etc/llmgw/llmgw.toml
          llmgwd --config llmgw.toml --check
          llmgwd --config llmgw.toml --socket /run/user/1000/llmgw/llmgw.sock --log-level debug

        EXIT STATUS
          0  stopped by SIGTERM or SIGINT after draining, or the configuration is valid
          1  could not start; the messages say why
          2  the command line or the configuration is wrong
        """
}

/// A command line that says nothing the daemon can do.
struct CommandLineMistake: Error, Equatable, CustomStringConvertible {
    let problem: String
    let nearName: String?

    init(_ problem: String, near: String? = nil) {
        self.problem = problem
        self.nearName = near
    }

    var description: String {
        let near = nearName.map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(problem)\(near) (llmgwd --help tells all options)"
    }
}
