import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct ProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers", abstract: "Show every way to every model, and how it fares.",
        discussion: """
            STATE is healthy, slow start (takes a growing part after its recovery), ejected (fails more than its peers), gated \
            (the upstream named a time) or open (a breaker lets nothing through). Success and first token are those of the last \
            minutes.

            EXAMPLES
              llmgw-ctl providers
              llmgw-ctl providers --json | jq '.[] | select(.state != "healthy")'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let deployments = try await connection.withClient { try await $0.listDeployments() }
        guard !output.json else { return JSON.print { $0.array(deployments) { $0.deployment($1) } } }
        var table = Table(
            "MODEL", "DEPLOYMENT", "PROVIDER", "STATE", "BREAKER", "GATE", "IN FLIGHT", "REQUESTS", "SUCCESS",
            "FIRST TOKEN P50", "P95", "FAILURES")
        for d in deployments {
            table.add(
                d.model, d.name, d.provider, d.state.rawValue, d.breaker.rawValue, (d.gated?.short).orDash,
                "\(d.inFlight)", "\(d.requests)", (d.successRate?.percent).orDash, (d.firstToken?.p50.short).orDash,
                (d.firstToken?.p95.short).orDash, Self.failures(d))
        }
        Terminal.write(table.text)
    }

    private static func failures(_ deployment: DeploymentStatus) -> String {
        let counts = deployment.failureCounts.map { "\($0.reason) × \($0.count)" }
        return counts.isEmpty ? "-" : counts.joined(separator: ", ")
    }
}

extension JSONWriter {
    fileprivate mutating func deployment(_ deployment: DeploymentStatus) {
        object {
            $0.member("model", deployment.model)
            $0.member("deployment", deployment.name)
            $0.member("provider", deployment.provider)
            $0.member("upstream_model", deployment.upstreamModel)
            $0.member("state", deployment.state.rawValue)
            $0.member("breaker", deployment.breaker.rawValue)
            $0.member("gated_ms", deployment.gated?.wholeMilliseconds)
            $0.member("in_flight", deployment.inFlight)
            $0.member("weight", deployment.weight)
            $0.member("priority", deployment.priority)
            $0.member("requests", deployment.requests)
            $0.member("successes", deployment.successes)
            $0.member("failures", deployment.failures)
            $0.object("failure_counts") { writer in
                for failure in deployment.failureCounts {
                    writer.key(text: failure.reason.name)
                    writer.integer(failure.count)
                }
            }
            $0.member("success_rate", deployment.successRate)
            $0.quantiles("first_token_us", deployment.firstToken)
            $0.quantiles("total_us", deployment.total)
        }
    }

    private mutating func quantiles(_ key: StaticString, _ quantiles: LatencyQuantiles?) {
        guard let quantiles else { return }
        self.key(key)
        object {
            $0.member("p50", quantiles.p50.wholeMicroseconds)
            $0.member("p95", quantiles.p95.wholeMicroseconds)
            $0.member("p99", quantiles.p99.wholeMicroseconds)
        }
    }
}
