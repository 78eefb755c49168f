import ArgumentParser
import LLMGWControl
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct BreakersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breakers", abstract: "Show what keeps requests from upstreams that fail, or step in.",
        discussion: """
            A SCOPE is provider/NAME or deployment/MODEL/NAME, as the list shows it.

            EXAMPLES
              llmgw-ctl breakers
              llmgw-ctl breakers force-open provider/openai --ttl 30m --reason maintenance
              llmgw-ctl breakers reset provider/openai
            """,
        subcommands: [
            BreakersListCommand.self, BreakersResetCommand.self, BreakersForceOpenCommand.self,
            BreakersForceCloseCommand.self,
        ], defaultSubcommand: BreakersListCommand.self)
}

struct BreakersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the breakers. What `breakers` alone does.",
        discussion: "EXAMPLES\n  llmgw-ctl breakers\n  llmgw-ctl breakers --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let breakers = try await connection.withClient { try await $0.listBreakers() }
        guard !output.json else { return JSON.print { $0.array(breakers) { $0.breaker($1) } } }
        var table = Table("SCOPE", "STATE", "CALLS", "FAILED", "SLOW", "IN A ROW", "OPENED", "PROBE IN", "FORCED")
        for b in breakers {
            table.add(
                b.scope, b.state.rawValue, "\(b.calls)", (b.failureRate?.percent).orDash, (b.slowRate?.percent).orDash,
                "\(b.consecutiveFailures)", "\(b.opens)", (b.remaining?.short).orDash,
                (b.forced.map(Self.text)).orDash)
        }
        Terminal.write(table.text)
    }

    private static func text(_ forced: BreakerStatus.Forced) -> String {
        let end = forced.remaining.map { ", \($0.short) left" } ?? ""
        return "by \(forced.by)\(end)" + (forced.reason.isEmpty ? "" : ": \(forced.reason)")
    }
}

struct BreakersResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Close a breaker and end what was forced. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl breakers reset deployment/small/eu")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var order: BreakerOrder

    func run() async throws { try await order.give(.reset, through: connection) }
}

struct BreakersForceOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "force-open", abstract: "Let no request through. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl breakers force-open provider/openai --ttl 30m --reason maintenance")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var order: BreakerOrder
    @OptionGroup var span: BreakerSpan

    func run() async throws { try await order.give(.forceOpen, ttl: span.ttl, through: connection) }
}

struct BreakersForceCloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "force-close", abstract: "Let every request through, whatever fails. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl breakers force-close deployment/small/eu --ttl 1h")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var order: BreakerOrder
    @OptionGroup var span: BreakerSpan

    func run() async throws { try await order.give(.forceClosed, ttl: span.ttl, through: connection) }
}

/// What all orders to a breaker have in common.
struct BreakerOrder: ParsableArguments {
    @Argument(help: "provider/NAME or deployment/MODEL/NAME.")
    var scope: String

    @Option(help: ArgumentHelp("Why, for other people: one line.", valueName: "text"))
    var reason = ""

    func give(_ action: BreakerAction, ttl: Duration? = nil, through connection: ConnectionOptions) async throws {
        let command = BreakerCommand(scope: scope, action: action, reason: reason, ttl: ttl)
        guard try await connection.withClient({ try await $0.setBreaker(command) }) else {
            throw ToolFailure(.failure, "there is no breaker \(scope)\n`llmgw-ctl breakers` lists what there is.")
        }
        Terminal.write("\(scope): \(action)\(ttl.map { " for \($0.short)" } ?? "")\n")
    }
}

/// How long a breaker stays forced.
struct BreakerSpan: ParsableArguments {
    @Option(
        name: .customLong("ttl"),
        help: ArgumentHelp(
            "How long: \"90s\", \"30m\", \"2h\". Without it, until somebody resets it.", valueName: "duration"))
    var text: String?

    var ttl: Duration? { text.flatMap { Duration(settingText: $0) } }

    func validate() throws {
        if let text, (ttl ?? .zero) <= .zero {
            throw ValidationError("--ttl is a whole number above 0 with its unit, such as \"30m\"; \"\(text)\" is not")
        }
    }
}

extension JSONWriter {
    fileprivate mutating func breaker(_ breaker: BreakerStatus) {
        object {
            $0.member("scope", breaker.scope)
            $0.member("state", breaker.state.rawValue)
            $0.member("failure_rate", breaker.failureRate)
            $0.member("slow_rate", breaker.slowRate)
            $0.member("calls", breaker.calls)
            $0.member("consecutive_failures", breaker.consecutiveFailures)
            $0.member("opens", breaker.opens)
            $0.member("remaining_ms", breaker.remaining?.wholeMilliseconds)
            guard let forced = breaker.forced else { return }
            $0.member("forced_by", forced.by)
            $0.member("forced_reason", forced.reason)
            $0.member("forced_remaining_ms", forced.remaining?.wholeMilliseconds)
        }
    }
}
