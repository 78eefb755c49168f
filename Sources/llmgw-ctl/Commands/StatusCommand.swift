import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the daemon is doing and has done.",
        discussion: "EXAMPLES\n  llmgw-ctl status\n  llmgw-ctl status --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let status = try await connection.withClient { try await $0.status() }
        if output.json {
            JSON.print { $0.status(status) }
        } else {
            Terminal.write(Self.text(status))
        }
    }

    private static func text(_ status: DaemonStatus) -> String {
        let totals = status.totals
        var text = """
            llmgwd \(status.version), \(status.state.rawValue), pid \(status.pid), up \(status.uptime.short), \
            \(status.residentBytes.mebibytes) resident
            requests: \(totals.requests), \(totals.succeeded) succeeded, \(totals.failed) failed, \
            \(totals.cancelled) cancelled, \(status.inFlight) in flight
            connections: \(status.connections), protocol errors: \(status.protocolErrors)

            """
        if status.waiting > 0 { text += "waiting for quota: \(status.waiting)\n" }
        if let cache = status.cache {
            text += "cache: hit rate \((cache.hitRate?.percent).orDash), saved \(cache.savedCosts.text)\n"
        }
        if !status.costsToday.isEmpty { text += "spent today: \(status.costsToday.text)\n" }
        for pause in status.pauses { text += Terminal.sanitised("paused: \(pause.text)") + "\n" }
        for problem in status.problems { text += Terminal.sanitised("problem: \(problem)") + "\n" }
        var providers = Table("PROVIDER", "KIND", "BASE URL", "IN FLIGHT", "WAITING", "ATTEMPTS", "FAILURES")
        for p in status.providers {
            let limit = p.maxConcurrency == 0 ? "" : "/\(p.maxConcurrency)"
            providers.add(
                p.name, p.kind, p.baseURL, "\(p.inFlight)\(limit)", "\(p.waiting)", "\(p.attempts)", "\(p.failures)")
        }
        var models = Table("MODEL", "PROVIDER", "REQUESTS", "SUCCEEDED", "FAILED", "CANCELLED", "INPUT", "OUTPUT")
        for m in status.models {
            models.add(
                m.name, m.provider, "\(m.counts.requests)", "\(m.counts.succeeded)", "\(m.counts.failed)",
                "\(m.counts.cancelled)", m.usage.inputTokens.orDash, m.usage.outputTokens.orDash)
        }
        var clients = Table("UID", "CONNECTIONS", "STREAMS", "REQUESTS")
        for c in status.clients { clients.add("\(c.uid)", "\(c.connections)", "\(c.streams)", "\(c.requests)") }
        text += "\n" + providers.text + "\n" + models.text
        return status.clients.isEmpty ? text : text + "\n" + clients.text
    }
}

extension JSONWriter {
    fileprivate mutating func status(_ status: DaemonStatus) {
        object {
            $0.member("version", status.version)
            $0.member("pid", status.pid)
            $0.member("uptime_ms", status.uptime.wholeMilliseconds)
            $0.member("state", status.state.rawValue)
            $0.member("connections", status.connections)
            $0.member("in_flight", status.inFlight)
            $0.members(status.totals)
            $0.member("protocol_errors", status.protocolErrors)
            $0.member("resident_bytes", status.residentBytes)
            $0.member("waiting", status.waiting)
            if let cache = status.cache {
                $0.object("cache") { $0.members(cache) }
            }
            $0.member("costs_today", status.costsToday)
            $0.array("pauses", status.pauses) { $0.pause($1) }
            $0.member("problems", status.problems)
            $0.array("providers", status.providers) { writer, provider in
                writer.object {
                    $0.member("name", provider.name)
                    $0.member("kind", provider.kind)
                    $0.member("base_url", provider.baseURL)
                    $0.member("in_flight", provider.inFlight)
                    $0.member("waiting", provider.waiting)
                    $0.member("max_concurrency", provider.maxConcurrency)
                    $0.member("attempts", provider.attempts)
                    $0.member("failures", provider.failures)
                }
            }
            $0.array("models", status.models) { writer, model in
                writer.object {
                    $0.member("name", model.name)
                    $0.member("provider", model.provider)
                    $0.members(model.counts)
                    $0.member("usage", model.usage)
                }
            }
            $0.array("clients", status.clients) { writer, client in
                writer.object {
                    $0.member("uid", client.uid)
                    $0.member("connections", client.connections)
                    $0.member("streams", client.streams)
                    $0.member("requests", client.requests)
                }
            }
        }
    }
}
