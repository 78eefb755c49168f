import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct LimitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Show every bucket of quota: yours and the shared ones, or all for administrators.",
        discussion: """
            EFFECTIVE is what is granted at present; RESERVED is granted and not settled; DEBT was used beyond the limit and \
            delays what comes next. GATE is closed because the provider said so.

            EXAMPLES
              llmgw-ctl limits
              llmgw-ctl limits --json | jq '.[] | select(.gate_ms)'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let limits = try await connection.withClient { try await $0.listLimits() }
        guard !output.json else { return JSON.print { $0.array(limits) { $0.limit($1) } } }
        guard !limits.isEmpty else {
            return Terminal.write(
                """
                No limits: none is configured, and no provider has told of any. A client's own appear with its first request.
                Set rpm, tpm, rpd or max_concurrency in [providers.NAME], [models.NAME] or [clients.NAME].

                """)
        }
        var table = Table(
            "SCOPE", "KIND", "LIMIT", "EFFECTIVE", "USED", "RESERVED", "DEBT", "RESETS IN", "GATE", "SOURCE")
        for l in limits {
            table.add(
                l.scope, l.kind.rawValue, l.limit.orDash, "\(l.effectiveLimit)", "\(l.used)", "\(l.reserved)",
                "\(l.debt)", (l.resets?.short).orDash, (l.gate?.short).orDash, l.source.rawValue)
        }
        Terminal.write(table.text)
    }
}

extension JSONWriter {
    fileprivate mutating func limit(_ limit: LimitStatus) {
        object {
            $0.member("scope", limit.scope)
            $0.member("kind", limit.kind.rawValue)
            $0.member("limit", limit.limit)
            $0.member("effective_limit", limit.effectiveLimit)
            $0.member("used", limit.used)
            $0.member("reserved", limit.reserved)
            $0.member("debt", limit.debt)
            $0.member("resets_ms", limit.resets?.wholeMilliseconds)
            $0.member("gate_ms", limit.gate?.wholeMilliseconds)
            $0.member("source", limit.source.rawValue)
        }
    }
}
