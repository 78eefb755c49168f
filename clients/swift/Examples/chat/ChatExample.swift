// Asks a model and shows the answer as it is written: chat-example [--model NAME] [--stream] PROMPT
import Glibc
import LLMGatewayClient

@main
struct ChatExample {
    static func main() async {
        do throws(GatewayError) {
            try await run()
        } catch {
            print("chat-example: \(error)")
            exit(1)
        }
    }

    private static func run() async throws(GatewayError) {
        var model: String?
        var streams = false
        var words: [String] = []
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--model": model = arguments.popFirst()
            case "--stream": streams = true
            default: words.append(argument)
            }
        }
        guard !words.isEmpty else {
            print("usage: chat-example [--model NAME] [--stream] PROMPT")
            exit(2)
        }

        let client = GatewayClient(name: "chat-example")
        let request = ChatRequest(model: model, messages: [.user(words.joined(separator: " "))])
        if streams {
            for try await chunk in try await client.streamChat(request) {
                print(chunk.text ?? "", terminator: "")
                fflush(nil)
            }
            print()
        } else {
            print(try await client.chat(request).text)
        }
        await client.close()
    }
}
