import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a completion script for your shell.",
        discussion: """
            EXAMPLES
              llmgw-ctl completion bash > /etc/bash_completion.d/llmgw-ctl
              llmgw-ctl completion zsh > "${fpath[1]}/_llmgw-ctl"
              llmgw-ctl completion fish > ~/.config/fish/completions/llmgw-ctl.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let format: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Terminal.write(LLMGWControlTool.completionScript(for: format) + "\n")
    }
}
