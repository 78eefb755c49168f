import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct PauseSubcommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Start no more requests until they are resumed. For administrators.",
        discussion: """
            A SCOPE is all, provider/NAME, model/NAME or client/NAME. What runs goes on; new requests wait, as long as queue \
            and deadline allow.

            EXAMPLES
              llmgw-ctl pause --reason "moving the database" --ttl 10m
              llmgw-ctl pause provider/openai --refuse
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "What is paused; everything without it.")
    var scope: String?

    @Option(help: ArgumentHelp("Why, for other people: one line.", valueName: "text"))
    var reason = ""

    @Option(
        help: ArgumentHelp(
            "How long, such as \"10m\". Without it, until somebody resumes it.", valueName: "duration"))
    var ttl: TimeSpan?

    @Flag(help: "End new requests at once, instead of letting them wait.")
    var refuse = false

    func run() async throws {
        let command = PauseCommand(scope: scope, reason: reason, ttl: ttl?.duration, refuse: refuse)
        guard let pauses = try await connection.withClient({ try await $0.pause(command) }) else {
            throw ToolFailure(.failure, "there is no \(scope ?? "all")\n`llmgw-ctl status` lists what there is.")
        }
        output.write(pauses)
    }
}

struct ResumeSubcommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End a pause, or all of them. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl resume\n  llmgw-ctl resume provider/openai")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "What was paused; every pause without it.")
    var scope: String?

    func run() async throws {
        guard let pauses = try await connection.withClient({ try await $0.resume(ResumeCommand(scope: scope)) }) else {
            throw ToolFailure(.failure, scope.map { "\($0) is not paused" } ?? "nothing is paused")
        }
        output.write(pauses)
    }
}

extension PauseStatus {
    var text: String {
        "\(scope) by \(by)" + (remaining.map { ", \($0.short) left" } ?? "") + (refuse ? ", refusing" : "")
            + (reason.isEmpty ? "" : ": \(reason)")
    }
}

extension OutputOptions {
    /// What is paused now.
    fileprivate func write(_ pauses: [PauseStatus]) {
        guard !json else { return JSON.print { $0.array(pauses) { $0.pause($1) } } }
        let lines = pauses.isEmpty ? ["nothing is paused"] : pauses.map { "paused: \($0.text)" }
        Terminal.write(Terminal.sanitised(lines.joined(separator: "\n")) + "\n")
    }
}

extension JSONWriter {
    mutating func pause(_ pause: PauseStatus) {
        object {
            $0.member("scope", pause.scope)
            $0.member("by", pause.by)
            $0.member("reason", pause.reason)
            $0.member("remaining_ms", pause.remaining?.wholeMilliseconds)
            $0.member("refuse", pause.refuse)
        }
    }
}
