import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the models that you may use.",
        discussion: "EXAMPLES\n  llmgw-ctl models\n  llmgw-ctl models --json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let models = try await connection.withClient { try await $0.listModels() }
        guard !output.json else {
            return JSON.print {
                $0.array(models) { writer, model in
                    writer.object {
                        $0.member("name", model.name)
                        $0.member("aliases", model.aliases)
                        $0.member("provider", model.provider)
                        $0.member("upstream_model", model.upstreamModel)
                        $0.member("context_length", model.contextLength)
                        $0.member("capabilities", model.capabilities)
                        $0.member("default", model.isDefault)
                    }
                }
            }
        }
        var table = Table("MODEL", "ALIASES", "PROVIDER", "UPSTREAM MODEL", "CONTEXT", "CAPABILITIES")
        for model in models {
            table.add(
                model.name + (model.isDefault ? " (default)" : ""), Self.list(model.aliases), model.provider,
                model.upstreamModel, model.contextLength.orDash, Self.list(model.capabilities))
        }
        Terminal.write(table.text)
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "-" : names.joined(separator: ", ")
    }
}
