import ArgumentParser
import LLMGWCore

/// The inspection tool's command line.
struct LLMGWControlTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "llmgw-ctl",
        abstract: "Looks into the local gateway to language models, and asks it.",
        discussion: """
            EXAMPLES
              llmgw-ctl status
              llmgw-ctl chat --model small "Why is the sky blue?"
              git diff | llmgw-ctl chat --system "Review this change." -
              llmgw-ctl requests --json
              llmgw-ctl providers
              llmgw-ctl top
              llmgw-ctl doctor
              llmgw-ctl config check /etc/llmgw/llmgw.toml

            The daemon's socket is --socket, else $LLMGW_SOCKET, else $XDG_RUNTIME_DIR/llmgw/llmgw.sock, else \
            /run/llmgw/llmgw.sock. NO_COLOR turns colours off.

            EXIT STATUS
            \(ExitStatus.documentation)
            """,
        version: Version.current,
        subcommands: [
            PingCommand.self, StatusCommand.self, ChatCommand.self, ModelsCommand.self, RequestsCommand.self,
            CancelCommand.self, WhyCommand.self, ProvidersCommand.self, BreakersCommand.self, TestCommand.self,
            AlertsCommand.self, TopCommand.self, LimitsCommand.self, QueuesCommand.self, ClientsCommand.self,
            UsageCommand.self,
            BudgetsCommand.self, CacheCommand.self, EventsCommand.self, SlowlogCommand.self, LatencyCommand.self,
            MetricsCommand.self, DoctorCommand.self, BenchCommand.self, PauseSubcommand.self, ResumeSubcommand.self,
            ReloadSubcommand.self,
            DrainSubcommand.self, UpgradeSubcommand.self, DescribeCommand.self, ConfigCommand.self,
            CompletionCommand.self,
        ])
}
