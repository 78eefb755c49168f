import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "Ask whether the daemon answers, and how fast.",
        discussion: "EXAMPLES\n  llmgw-ctl ping\n  llmgw-ctl ping --count 100 --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(name: [.short, .long], help: "How often to ask.")
    var count = 3

    func validate() throws {
        guard (1...1_000_000).contains(count) else { throw ValidationError("--count is 1 to 1000000") }
    }

    func run() async throws {
        let (version, times) = try await connection.withClient { client in
            let version = try await client.info().version
            var times: [Duration] = []
            for round in 1...count {
                let payload = withUnsafeBytes(of: round.bigEndian) { Array($0) }
                let start = ContinuousClock.now
                let answer = try await client.ping(payload)
                times.append(ContinuousClock.now - start)
                guard answer == payload else { throw ToolFailure(.failure, "the daemon answered with other bytes") }
            }
            return (version, times.sorted())
        }
        let median = times[times.count / 2]
        if output.json {
            JSON.print {
                $0.object {
                    $0.member("version", version)
                    $0.member("count", times.count)
                    $0.member("min_us", times[0].wholeMicroseconds)
                    $0.member("median_us", median.wholeMicroseconds)
                    $0.member("max_us", times[times.count - 1].wholeMicroseconds)
                }
            }
        } else {
            Terminal.write(
                "llmgwd \(version) answers: \(times.count) pings, min \(times[0].short), median \(median.short), "
                    + "max \(times[times.count - 1].short)\n")
        }
    }
}
