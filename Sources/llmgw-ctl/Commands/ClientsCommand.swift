import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Show who uses the gateway, by which policy, and how much: your clients, or all for administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl clients\n  llmgw-ctl clients --json | jq '.[] | {name, usage}'")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let clients = try await connection.withClient { try await $0.listClients() }
        guard !output.json else { return JSON.print { $0.array(clients) { $0.client($1) } } }
        var table = Table(
            "CLIENT", "UID", "POLICY", "BAND", "WEIGHT", "CONNECTIONS", "IN FLIGHT", "WAITING", "REQUESTS", "FAILED",
            "INPUT", "OUTPUT", "COST", "UNIT")
        for c in clients {
            table.add(
                c.name, "\(c.uid)", c.policy, c.priority.orDash, c.weight.short, "\(c.connections)", "\(c.inFlight)",
                "\(c.waiting)", "\(c.counts.requests)", "\(c.counts.failed)", c.usage.inputTokens.orDash,
                c.usage.outputTokens.orDash, c.costs.text, c.unit.orDash)
        }
        Terminal.write(table.text)
    }
}

extension JSONWriter {
    fileprivate mutating func client(_ client: ClientAccount) {
        object {
            $0.member("name", client.name)
            $0.member("uid", client.uid)
            $0.member("gid", client.gid)
            $0.member("policy", client.policy)
            $0.member("weight", client.weight)
            $0.member("priority", client.priority?.description)
            $0.member("connections", client.connections)
            $0.member("in_flight", client.inFlight)
            $0.member("waiting", client.waiting)
            $0.members(client.counts)
            $0.member("usage", client.usage)
            $0.member("costs", client.costs)
            $0.member("unit", client.unit)
            $0.member("executable", client.executable)
            $0.member("models", client.models)
        }
    }
}
