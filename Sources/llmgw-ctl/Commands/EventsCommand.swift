import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Follow what happens: to your requests, or to all for administrators.",
        discussion: """
            Begins now, and ends with --timeout, --count, Ctrl-C or the daemon. With --json, one line for each event.

            EXAMPLES
              llmgw-ctl events --kind request --failures
              llmgw-ctl events --severity warning --json | jq .message
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Only these: \(GatewayEvent.Kind.all.map(\.rawValue).joined(separator: ", ")); may be repeated.",
            valueName: "kind"))
    var kind: [String] = []

    @Option(
        help: ArgumentHelp(
            "Nothing less severe than \(GatewayEvent.Severity.all.map(\.rawValue).joined(separator: ", ")).",
            valueName: "word"))
    var severity: String?

    @Option(help: ArgumentHelp("Only this client.", valueName: "name"))
    var client: String?

    @Option(help: ArgumentHelp("Only this model.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("Only this provider.", valueName: "name"))
    var provider: String?

    @Flag(help: "Of requests, only those that failed.")
    var failures = false

    @Option(help: ArgumentHelp("End after so many.", valueName: "number"))
    var count: Int?

    private var filter: EventFilter {
        EventFilter(
            kinds: kind.map(GatewayEvent.Kind.init), minSeverity: severity.map(GatewayEvent.Severity.init),
            client: client, model: model, provider: provider, failuresOnly: failures)
    }

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is a number above 0") }
        do throws(GatewayError) { try filter.validate() } catch { throw ValidationError(error.message) }
    }

    func run() async throws {
        try await connection.withClient { client in
            let stream = try await client.watchEvents(filter)
            var shown = 0
            for try await event in stream {
                show(event)
                shown += 1
                if shown == count {
                    stream.cancel()
                    break
                }
            }
        }
    }

    private func show(_ event: GatewayEvent) {
        guard !output.json else { return JSON.print { $0.event(event) } }
        if event.dropped > 0 { Terminal.note("(\(event.dropped) events are missing here: reading was too slow)") }
        let line = String(Self.line(event).map { $0.isNewline ? " " : $0 })
        Terminal.write(Terminal.sanitised(line) + "\n")
    }

    private static func line(_ event: GatewayEvent) -> String {
        var parts = ["\(event.time)", event.severity.rawValue, event.kind.rawValue]
        if let subject = event.subject { parts.append(subject) }
        if let request = event.request { parts.append(text(request)) }
        if !event.message.isEmpty { parts.append(event.message) }
        parts += event.details.map { "\($0.key)=\($0.value)" }
        return parts.joined(separator: "  ")
    }

    private static func text(_ r: RequestRecord) -> String {
        var parts = ["\(r.requestID) \(r.operation) of \(r.model)"]
        if !r.provider.isEmpty { parts.append("at \(r.provider)") }
        if !r.client.isEmpty { parts.append("for \(r.client)") }
        parts.append(r.reason?.name ?? "ok")
        if let latency = r.latency { parts.append("in \(latency.total.short)") }
        if let usage = r.usage { parts.append("\(usage.inputTokens.orDash) + \(usage.outputTokens.orDash) tokens") }
        if let cache = r.cache, cache != .bypass, cache != .miss { parts.append("(\(cache))") }
        return parts.joined(separator: " ")
    }
}

extension JSONWriter {
    fileprivate mutating func event(_ event: GatewayEvent) {
        object {
            $0.member("sequence", event.sequence)
            $0.member("time", event.time.description)
            $0.member("kind", event.kind.rawValue)
            $0.member("severity", event.severity.rawValue)
            $0.member("subject", event.subject)
            $0.member("message", event.message)
            if event.dropped > 0 { $0.member("dropped", event.dropped) }
            if let request = event.request {
                $0.key("request")
                $0.record(request)
            }
            $0.object("details") { writer in
                for detail in event.details {
                    writer.key(text: detail.key)
                    writer.string(detail.value)
                }
            }
        }
    }
}
