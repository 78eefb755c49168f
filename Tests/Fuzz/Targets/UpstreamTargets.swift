import LLMGWCore
import LLMGWJSON

@testable import LLMGWUpstream

/// What upstreams answer.
enum UpstreamTargets {
    private static let operations: [UpstreamOperation] = [
        .chat(ChatRequest(messages: [.user("问")])), .complete(CompleteRequest(prompt: "问")),
        .embed(EmbedRequest(inputs: ["a", "b"])), .listModels,
    ]
    private static let provider = ProviderSettings(
        name: "p", baseURL: "https://example.org/v1", key: Secret("geheim"),
        headers: [.init(name: "X-Team", value: Secret("团队的密钥"))])

    /// However a stream is cut, the same comes out of it.
    static func testStream(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let kinds = ProviderSettings.Kind.allCases
        let dialect = kinds[Int(choice) % kinds.count].dialect
        let operation = operations[Int(choice) / kinds.count % 2]
        let bytes = Array(input[1...])
        let whole = read([bytes[...]], dialect, operation)
        let inPieces = read(pieces(of: bytes), dialect, operation)
        expect(whole == inPieces, "what comes out of a stream depends on how the bytes came")
    }

    private static func read(
        _ input: [ArraySlice<UInt8>], _ dialect: any Dialect, _ operation: UpstreamOperation
    ) -> [String] {
        var parser = ServerSentEventParser()
        var decoder = dialect.makeStreamDecoder(for: operation)
        var results: [String] = []
        var events: [ServerSentEventParser.Event] = []
        do throws(ServerSentEventParser.LineTooLong) {
            for piece in input { try parser.parse(Array(piece)) { events.append($0) } }
            try parser.finish { events.append($0) }
        } catch {
            results.append("a line is too long")
        }
        for event in events {
            do throws(GatewayError) {
                results += try decoder.decode(event.data).map { "\($0)" }
            } catch {
                results.append(error.message)
            }
        }
        return results + ["\(decoder.answer)", "\(String(describing: UpstreamErrorBody(parser.foreign)))"]
    }

    static func testAnswer(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let kinds = ProviderSettings.Kind.allCases
        let dialect = kinds[Int(choice) % kinds.count].dialect
        let operation = operations[Int(choice) / kinds.count % operations.count]
        guard let document = JSONDocument(Array(input[1...])) else { return }
        _ = try? dialect.decode(document.value, for: operation)
        guard let body = UpstreamErrorBody(document.value) else { return }
        for status in [200, 400, 429, 529] {
            let error = dialect.error(status: status, body, head: nil, provider: provider)
            expect(error.message.utf8.count < 1024, "an upstream's words are passed on without a limit")
            expect(!error.message.contains("geheim"), "an upstream's words bring the key back")
        }
    }

    /// Lines of "name: value".
    static func testHead(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let kinds = ProviderSettings.Kind.allCases
        let kind = kinds[Int(choice) % kinds.count]
        let lines = String(decoding: input[1...], as: UTF8.self).split(separator: "\n")
        let fields = lines.map { line in
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: parts[0].lowercased(), value: parts.count > 1 ? String(parts[1]) : "")
        }
        let head = HTTPHead(status: 429, fields: fields)
        let body = UpstreamErrorBody(message: head["message"])
        let error = kind.dialect.error(status: 429, body, head: head, provider: provider)
        expect(error.retryAfter.map { (.zero...(.seconds(31 * 86_400))).contains($0) } ?? true, "a wait out of range")
        for (_, reading) in head.rateLimits(of: kind).readings {
            expect(reading.limit.map { $0 > 0 } ?? true, "a limit that is none")
            expect(
                reading.remaining.map { (0...(reading.limit ?? .max)).contains($0) } ?? true,
                "what remains is impossible")
            expect(reading.reset.map { $0 >= .zero } ?? true, "a time that has passed")
        }
    }
}
