import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct CacheGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show what is known of one cached answer: one of yours, or any for administrators.",
        discussion: """
            The key is in the answer: llmgw-ctl chat --json … | jq -r .info.cache_key. The answer itself is shown to \
            administrators who ask for it, which the daemon writes to its log.

            EXAMPLES
              llmgw-ctl cache get 2f9c…
              llmgw-ctl cache get 2f9c… --content
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Show the answer itself too. For administrators.")
    var content = false

    @Argument(help: "The answer's key.")
    var key: String

    func run() async throws {
        guard let answer = try await connection.withClient({ try await $0.cachedAnswer(key, withReply: content) })
        else {
            throw ToolFailure(.failure, "nothing is cached as \(key), or it is not yours")
        }
        let reply = try answer.cachedReply()
        guard !output.json else { return JSON.print { $0.answer(answer, reply) } }
        Terminal.write(Terminal.sanitised(Self.facts(answer)))
        if let reply { Terminal.write("\n" + Terminal.sanitised(Self.text(reply)) + "\n") }
    }

    private static func facts(_ a: CachedAnswer) -> String {
        let tiers = a.tiers.map(\.rawValue).joined(separator: ", ")
        var lines = [
            "\(a.operation) of \(a.model) from \(a.provider), for \(a.scope)",
            "\(a.bytes) bytes in \(tiers), \(a.hits) hits, \(a.age.short) old, "
                + (a.fresh.map { "fresh for \($0.short)" } ?? "no longer fresh")
                + (a.expires.map { ", removed in \($0.short)" } ?? ""),
        ]
        if let reason = a.reason { lines.append("an error: \(reason)") }
        if !a.tags.isEmpty { lines.append("tags: \(a.tags.joined(separator: ", "))") }
        if let usage = a.usage { lines.append("\(usage.inputTokens.orDash) + \(usage.outputTokens.orDash) tokens") }
        if let cost = a.cost { lines.append("cost \(cost.text)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ reply: CachedReply) -> String {
        switch reply {
        case .chat(let reply): reply.choices.compactMap { $0.text ?? $0.refusal }.joined(separator: "\n")
        case .complete(let reply): reply.choices.map { $0.text ?? "" }.joined(separator: "\n")
        case .embed(let reply):
            "\(reply.embeddings.count) vectors of \((reply.embeddings.first?.count).orDash) numbers"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func answer(_ answer: CachedAnswer, _ reply: CachedReply?) {
        object {
            $0.member("key", answer.key)
            $0.member("scope", answer.scope)
            $0.member("model", answer.model)
            $0.member("provider", answer.provider)
            $0.member("operation", answer.operation)
            $0.member("tiers", answer.tiers.map(\.rawValue))
            $0.member("age_ms", answer.age.wholeMilliseconds)
            $0.member("fresh_ms", answer.fresh?.wholeMilliseconds)
            $0.member("expires_ms", answer.expires?.wholeMilliseconds)
            $0.member("bytes", answer.bytes)
            $0.member("hits", answer.hits)
            $0.member("tags", answer.tags)
            $0.member("reason", answer.reason?.name)
            if let usage = answer.usage { $0.member("usage", usage) }
            $0.member("cost", answer.cost)
            guard let reply else { return }
            $0.key("reply")
            switch reply {
            case .chat(let reply): $0.chat(reply)
            case .complete(let reply): $0.complete(reply)
            case .embed(let reply): $0.embed(reply)
            }
        }
    }

    private mutating func complete(_ reply: CompleteReply) {
        object {
            $0.array("choices", reply.choices) { writer, choice in
                writer.object {
                    $0.member("index", choice.index)
                    $0.member("text", choice.text)
                    $0.member("finish_reason", choice.finishReason?.word)
                }
            }
        }
    }

    private mutating func embed(_ reply: EmbedReply) {
        object {
            $0.array("embeddings", reply.embeddings) { writer, vector in
                writer.array(vector) { $1.isFinite ? $0.double(Double($1)) : $0.null() }
            }
        }
    }
}
