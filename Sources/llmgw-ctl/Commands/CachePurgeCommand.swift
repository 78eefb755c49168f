import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct CachePurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Have the cache forget. For administrators.",
        discussion: """
            Answers that are on their way when it is given are not kept either.

            EXAMPLES
              llmgw-ctl cache purge --tag reports
              llmgw-ctl cache purge --all
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("One answer.", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("The answers of a model.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("The answers with a tag.", valueName: "text"))
    var tag: String?

    @Option(
        help: ArgumentHelp(
            "The answers of a client: its name as in `clients`, a section of [clients], a uid, or a scope such as shared.",
            valueName: "name"))
    var client: String?

    @Flag(help: "Everything.")
    var all = false

    func validate() throws {
        guard targets.count == 1 else {
            throw ValidationError("exactly one of --key, --model, --tag, --client and --all says what is meant")
        }
    }

    private var targets: [CachePurge] {
        [key.map(CachePurge.key), model.map(CachePurge.model), tag.map(CachePurge.tag), client.map(CachePurge.client)]
            .compactMap(\.self) + (all ? [.all] : [])
    }

    func run() async throws {
        try await connection.purge(targets[0], output)
    }
}

struct CacheCleanupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup", abstract: "Remove at once what has expired. For administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl cache cleanup")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.purge(.expired, output)
    }
}

extension ConnectionOptions {
    fileprivate func purge(_ purge: CachePurge, _ output: OutputOptions) async throws {
        let removed = try await withClient { try await $0.purgeCache(purge) }
        guard output.json else {
            let tiers = removed.map { "\($0.entries) from \($0.tier), \($0.bytes) bytes" }
            return Terminal.write(
                Terminal.sanitised("removed: \(tiers.isEmpty ? "nothing" : tiers.joined(separator: "; "))\n"))
        }
        JSON.print {
            $0.array(removed) { writer, count in
                writer.object {
                    $0.member("tier", count.tier.rawValue)
                    $0.member("entries", count.entries)
                    $0.member("bytes", count.bytes)
                }
            }
        }
    }
}
