import ArgumentParser
import Glibc
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Put a load on the daemon, and measure how it answers.",
        discussion: """
            Sends real requests to the model, 100 without --requests and --duration. A provider elsewhere charges for them: that \
            is said beforehand, and on a terminal a question is asked. Ends early with Ctrl-C, and reports what came to its \
            end. The gateway's part is what it says itself: the time without waiting and without the upstream's.

            EXAMPLES
              llmgw-ctl bench --model small
              llmgw-ctl bench --concurrency 32 --connections 4 --duration 10s --stream
              llmgw-ctl bench --same-prompt --cache on --json | jq .cache
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(name: [.short, .long], help: "A model's name or alias; the configured default without it.")
    var model: String?

    @Option(help: "Connections to the daemon.")
    var connections = 1

    @Option(help: "Requests in flight at once, over all connections.")
    var concurrency = 8

    @Option(help: ArgumentHelp("How many requests; without --duration, 100.", valueName: "number"))
    var requests: Int?

    @Option(help: ArgumentHelp("Begin no request after this time.", valueName: "duration"))
    var duration: TimeSpan?

    @Flag(help: "Have the answers streamed, and measure their first token.")
    var stream = false

    @Option(help: ArgumentHelp("Length of each question.", valueName: "bytes"))
    var promptBytes = 64

    @Option(help: "Most tokens of each answer.")
    var maxTokens: UInt32 = 16

    @Flag(help: "Ask the same every time.")
    var samePrompt = false

    @Option(help: ArgumentHelp("Whether the shared cache is read and written.", valueName: "mode"))
    var cache: Choice<CacheControl.Mode>?

    @Flag(help: "Do not ask whether it may cost something.")
    var yes = false

    func validate() throws {
        guard (1...256).contains(connections) else { throw ValidationError("--connections is 1 to 256") }
        guard (1...4096).contains(concurrency) else { throw ValidationError("--concurrency is 1 to 4096") }
        guard connections <= concurrency else {
            throw ValidationError(
                "--connections is at most --concurrency (\(concurrency)): the others would stay unused")
        }
        if let requests, !(1...1_000_000).contains(requests) { throw ValidationError("--requests is 1 to 1000000") }
        guard (1...1 << 20).contains(promptBytes) else { throw ValidationError("--prompt-bytes is 1 to 1048576") }
        guard maxTokens >= 1 else { throw ValidationError("--max-tokens is a number above 0") }
    }

    private var plan: BenchPlan {
        BenchPlan(
            model: model, connections: connections, concurrency: concurrency,
            requests: requests ?? (duration == nil ? 100 : nil), duration: duration?.duration, stream: stream,
            promptBytes: promptBytes, maxTokens: maxTokens, samePrompt: samePrompt, cache: cache?.value)
    }

    func run() async throws {
        let plan = plan
        let summary = try await connection.withClient { first in
            try await agree(to: try await Self.expense(of: plan, first))
            let others = (1..<plan.connections).map { _ in connection.newClient() }
            let (results, wall) = await BenchRun(plan, [first] + others).results()
            for client in others { await client.close() }
            return BenchSummary(results, wall: wall)
        }
        if output.json { JSON.print { $0.summary(summary) } } else { Terminal.write(summary.text) }
        guard summary.succeeded == 0, let (reason, _) = summary.errors.first else { return }
        let error = GatewayError(reason, "none of the \(summary.requests) requests succeeded: \(reason)")
        throw ToolFailure(ExitStatus(error), error.message)
    }

    /// The providers elsewhere that may be asked, and charge for it.
    private static func expense(of plan: BenchPlan, _ client: GatewayClient) async throws -> [String] {
        let models = try await client.listModels()
        let wanted = models.first { model in
            plan.model.map { $0 == model.name || model.aliases.contains($0) } ?? model.isDefault
        }
        guard let wanted else {
            let name = plan.model.map { "the model \"\($0)\"" } ?? "a default model"
            let known = models.map(\.name).joined(separator: ", ")
            throw ToolFailure(.failure, "there is not \(name); known are \(known.isEmpty ? "none" : known)")
        }
        let ways = try await client.listDeployments().filter { $0.model == wanted.name }.map(\.provider)
        let used = Set(ways + [wanted.provider])
        return try await client.status().providers
            .filter { used.contains($0.name) && !(Endpoint($0.baseURL)?.isLocal ?? false) }
            .map { "\($0.name) (\($0.baseURL))" }
    }

    private func agree(to expense: [String]) async throws {
        guard !expense.isEmpty else { return }
        let count =
            plan.requests.map { "\($0) requests" } ?? "as many requests as fit into \(plan.duration?.short ?? "-")"
        Terminal.note(
            "warning: \(count) go to \(expense.joined(separator: ", ")), which may charge for each of them")
        guard !yes, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        Terminal.note("Go on? y: yes, anything else: no")
        Interrupts.askingEnds()
        defer { Interrupts.askingBegins() }
        let answer = readLine(strippingNewline: true)?.lowercased()
        guard answer == "y" || answer == "yes" else { throw ToolFailure(.failure, "nothing was sent") }
    }
}
