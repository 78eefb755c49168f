import ArgumentParser

struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Show what the shared cache holds and saves, or have it forget.",
        discussion: """
            EXAMPLES
              llmgw-ctl cache
              llmgw-ctl cache purge --model small
            """,
        subcommands: [
            CacheStatsCommand.self, CacheGetCommand.self, CachePurgeCommand.self, CacheCleanupCommand.self,
        ], defaultSubcommand: CacheStatsCommand.self)
}
