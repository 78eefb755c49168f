import ArgumentParser
import Glibc
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Ask a model; the answer appears as it is written.",
        discussion: """
            EXAMPLES
              llmgw-ctl chat "Why is the sky blue?"
              llmgw-ctl chat --model small --system "Answer in one sentence." "你好，世界？"
              git diff | llmgw-ctl chat "Review this change:" -
              llmgw-ctl chat --json "Say hello." | jq .usage
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(name: [.short, .long], help: "A model's name or alias; the configured default without it.")
    var model: String?

    @Option(name: [.short, .long], help: "What the model is told before the question.")
    var system: String?

    @Option(help: "Most tokens of the answer.")
    var maxTokens: UInt32?

    @Option(help: "How free the model is in its choice of words, 0 to 2.")
    var temperature: Double?

    @Option(help: ArgumentHelp("Who comes first where not all can.", valueName: "band"))
    var priority: Choice<Priority>?

    @Option(help: ArgumentHelp("Whether the shared cache is read and written.", valueName: "mode"))
    var cache: Choice<CacheControl.Mode>?

    @Flag(help: "Afterwards, say on standard error what the answer took.")
    var stats = false

    @Argument(help: "The question; - stands for standard input.")
    var prompt: [String]

    func run() async throws {
        let text = try prompt.map { $0 == "-" ? try Self.standardInput() : $0 }.joined(separator: "\n")
        guard !text.isEmpty else { throw ToolFailure(.usage, "the question is empty") }
        var request = ChatRequest(model: model, messages: [])
        if let system { request.messages.append(.system(system)) }
        request.messages.append(.user(text))
        request.sampling.maxTokens = maxTokens
        request.sampling.temperature = temperature
        if output.json {
            let reply = try await connection.withClient { try await $0.chat(request, options: options) }
            return JSON.print { $0.chat(reply) }
        }
        try await connection.withClient { client in
            let stream = try await client.streamChat(request, options: options)
            let reply = try await Self.show(stream)
            if stats { Terminal.note(Self.facts(reply)) }
        }
    }

    private var options: CallOptions {
        CallOptions(priority: priority?.value, cache: CacheControl(mode: cache?.value))
    }

    private static func show(_ stream: ReplyStream<ChatChunk, ChatReply>) async throws -> ChatReply {
        var tools = ToolCallAssembly()
        var endsLine = true
        do {
            for try await chunk in stream {
                tools.add(chunk.toolCalls)
                guard let text = chunk.text ?? chunk.refusal, !text.isEmpty else { continue }
                Terminal.write(Terminal.sanitised(text))
                endsLine = text.hasSuffix("\n")
            }
        } catch {
            // What has arrived stays readable, and the error begins on a line of its own.
            if !endsLine { Terminal.write("\n") }
            throw error
        }
        if !endsLine { Terminal.write("\n") }
        for call in tools.calls {
            Terminal.write(Terminal.sanitised("tool call: \(call.name)(\(call.arguments))") + "\n")
        }
        let reply = try await stream.reply
        if case .length? = reply.choices.first?.finishReason {
            Terminal.note("(cut off: the limit of tokens was reached)")
        }
        return reply
    }

    private static func facts(_ reply: ChatReply) -> String {
        var facts: [String] = []
        if let model = reply.info.model { facts.append(model) }
        if let provider = reply.info.provider { facts.append("from \(provider)") }
        if let source = reply.info.source, source != .model {
            facts.append("\(source) after \(reply.info.attempts) attempts")
        }
        if let usage = reply.usage { facts.append("\(usage.inputTokens.orDash) + \(usage.outputTokens.orDash) tokens") }
        if let cache = reply.info.cache, cache != .bypass {
            let age = reply.info.cacheAge.map { ", \($0.short) old" } ?? ""
            // The answer to another question: that has to be seen.
            let similarity = reply.info.cacheSimilarity.map { ", of a question \($0.short) similar" } ?? ""
            facts.append("cache \(cache)\(age)\(similarity)")
        }
        if let cost = reply.info.cost { facts.append(cost.text) }
        if let latency = reply.info.latency {
            facts.append("total \(latency.total.short), gateway \(latency.overhead.short)")
        }
        return "(" + facts.joined(separator: ", ") + ")"
    }

    /// More than this can never be sent as one message.
    private static let inputLimit = 32 << 20

    private static func standardInput() throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR || Terminal.waited(for: STDIN_FILENO, POLLIN) { continue }
                throw ToolFailure(.failure, "standard input cannot be read: \(String(cString: strerror(errno)))")
            }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= inputLimit else {
                throw ToolFailure(
                    .failure, "standard input has more than \(inputLimit) bytes, the most that can be sent")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ToolFailure(.failure, "standard input is not UTF-8 text")
        }
        return text
    }
}

/// Puts streamed tool calls together.
private struct ToolCallAssembly {
    private(set) var calls: [ToolCall] = []
    private var places: [UInt32: Int] = [:]

    mutating func add(_ deltas: [ToolCallDelta]) {
        for delta in deltas {
            let place = places[delta.index] ?? calls.count
            if place == calls.count {
                places[delta.index] = place
                calls.append(ToolCall(id: "", name: "", arguments: ""))
            }
            calls[place].id = delta.id ?? calls[place].id
            calls[place].name = delta.name ?? calls[place].name
            calls[place].arguments += delta.arguments
        }
    }
}

extension JSONWriter {
    mutating func chat(_ reply: ChatReply) {
        object {
            $0.array("choices", reply.choices) { writer, choice in
                writer.object {
                    $0.member("index", choice.index)
                    $0.member("text", choice.text)
                    $0.member("refusal", choice.refusal)
                    $0.member("reasoning", choice.reasoning)
                    $0.member("finish_reason", choice.finishReason?.word)
                    $0.array("tool_calls", choice.toolCalls) { writer, call in
                        writer.object {
                            $0.member("id", call.id)
                            $0.member("name", call.name)
                            $0.member("arguments", call.arguments)
                        }
                    }
                }
            }
            if let usage = reply.usage { $0.member("usage", usage) }
            $0.member("info", reply.info)
        }
    }
}
