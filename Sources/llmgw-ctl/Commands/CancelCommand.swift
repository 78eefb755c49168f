import ArgumentParser
import LLMGatewayClient

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Give up a request in flight: one of yours, or any for administrators.",
        discussion: "EXAMPLES\n  llmgw-ctl cancel 8f3a61c200000017")

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The request's id, as `llmgw-ctl requests` shows it.")
    var id: String

    func run() async throws {
        guard try await connection.withClient({ try await $0.cancelRequest(id) }) else {
            throw ToolFailure(
                .failure, "no request \(id) is in flight, or it is not yours\n`llmgw-ctl requests` lists what is.")
        }
        Terminal.write("cancelled \(id)\n")
    }
}
