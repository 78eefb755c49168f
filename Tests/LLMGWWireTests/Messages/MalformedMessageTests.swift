import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWWire

@Suite("Messages: malformed")
struct MalformedMessageTests {
    private let codec = MessageCodec()

    /// A message, a text in it, and the field that the text belongs to.
    struct Text: Sendable, CustomTestStringConvertible {
        let value: any WireMessage & Sendable
        let text: String
        let field: String

        var testDescription: String { "\(type(of: value)).\(field)" }
    }

    private static func texts(_ value: some WireMessage & Sendable, _ fields: [(String, String)]) -> [Text] {
        fields.map { Text(value: value, text: $0.0, field: $0.1) }
    }

    static let texts: [Text] =
        texts(
            ChatRequest(
                model: "in-model",
                messages: [
                    .user("in-text"),
                    ChatMessage(
                        role: .user,
                        content: .parts([
                            .text("in-part"), .image(url: "in-url", detail: "in-detail"), .json("in-json"),
                        ]),
                        name: "in-name"),
                    ChatMessage(
                        role: .tool, content: .text(""), toolCallID: "in-call-id",
                        toolCalls: [
                            ToolCall(id: "", name: "", arguments: ""),
                            ToolCall(id: "in-id", name: "in-function", arguments: "in-arguments"),
                        ], extra: "in-message-extra"),
                ],
                sampling: Sampling(
                    stop: ["", "in-stop"], logitBias: [.init(token: "in-token", bias: 0)], user: "in-user"),
                tools: [Tool(name: "in-tool", description: "in-description", parameters: "in-parameters")],
                toolChoice: .named("in-choice"),
                responseFormat: .jsonSchema(
                    name: "in-format", schema: "in-schema", description: "in-format-text", strict: nil),
                extra: "in-extra"),
            [
                ("in-model", "model"), ("in-text", "messages[0].text"), ("in-part", "messages[1].parts[0].text"),
                ("in-url", "messages[1].parts[1].image.url"), ("in-detail", "messages[1].parts[1].image.detail"),
                ("in-json", "messages[1].parts[2].json"), ("in-name", "messages[1].name"),
                ("in-call-id", "messages[2].tool_call_id"), ("in-id", "messages[2].tool_calls[1].id"),
                ("in-function", "messages[2].tool_calls[1].name"),
                ("in-arguments", "messages[2].tool_calls[1].arguments"), ("in-message-extra", "messages[2].extra"),
                ("in-stop", "sampling.stop[1]"), ("in-token", "sampling.logit_bias[0].token"),
                ("in-user", "sampling.user"), ("in-tool", "tools[0].name"), ("in-description", "tools[0].description"),
                ("in-parameters", "tools[0].parameters"), ("in-choice", "tool_choice.name"),
                ("in-format-text", "response_format.description"), ("in-schema", "response_format.schema"),
                ("in-extra", "extra"),
            ])
        + texts(
            CompleteRequest(model: "in-model", prompt: "in-prompt", suffix: "in-suffix", extra: "in-extra"),
            [("in-model", "model"), ("in-prompt", "prompt"), ("in-suffix", "suffix"), ("in-extra", "extra")])
        + texts(
            EmbedRequest(model: "in-model", inputs: ["", "in-input"], user: "in-user", extra: "in-extra"),
            [("in-model", "model"), ("in-input", "inputs[1]"), ("in-user", "user"), ("in-extra", "extra")])
        + texts(
            BatchRequest(items: [ChatRequest(messages: []), ChatRequest(messages: [.user("in-text")])]),
            [("in-text", "items[1].messages[0].text")])
        + texts(
            CallEnvelope(options: CallOptions(labels: [Label(key: "in-key", value: "in-value")]), body: []),
            [("in-key", "labels[0].key"), ("in-value", "labels[0].value")])
        + texts(
            ChatReply(
                choices: [
                    .init(
                        index: 0, text: "in-text", finishReason: .other("in-finish"), refusal: "in-refusal",
                        reasoning: "in-reasoning")
                ],
                info: ReplyInfo(
                    upstreamID: "in-info", source: ReplySource(rawValue: "in-source"),
                    path: [
                        AttemptInfo(
                            model: "", deployment: "in-path", provider: "", reason: ErrorReason("in-failure"),
                            wait: .zero,
                            duration: .zero)
                    ])),
            [
                ("in-text", "choices[0].text"), ("in-finish", "choices[0].finish_detail"),
                ("in-refusal", "choices[0].refusal"), ("in-reasoning", "choices[0].reasoning"),
                ("in-info", "info.upstream_id"), ("in-source", "info.source"), ("in-path", "info.path[0].deployment"),
                ("in-failure", "info.path[0].reason"),
            ])
        + texts(
            ChatChunk(text: "in-text", toolCalls: [ToolCallDelta(index: 0, arguments: "in-arguments")]),
            [("in-text", "text"), ("in-arguments", "tool_calls[0].arguments")])
        + texts(
            CallEnvelope(options: CallOptions(cache: CacheControl(tags: ["", "in-tag"])), body: []),
            [("in-tag", "cache.tags[1]")])
        + texts(CacheEntryQuery(key: "in-key"), [("in-key", "key")])
        + texts(CachePurge.tag("in-tag"), [("in-tag", "value")])
        + texts(
            PauseCommand(scope: "in-scope", reason: "in-reason"), [("in-scope", "scope"), ("in-reason", "reason")])
        + texts(EventFilter(kinds: [.init(rawValue: "in-kind")]), [("in-kind", "kinds[0]")])
        + texts(
            GatewayEvent(
                time: UnixTime(milliseconds: 0), kind: .alert, severity: .info, message: "in-message",
                request: RequestRecord(model: "in-model", cost: Cost(micros: 0, currency: "in-currency")),
                details: [Label(key: "", value: "in-detail")]),
            [
                ("in-message", "message"), ("in-model", "request.model"), ("in-currency", "request.cost.currency"),
                ("in-detail", "details[0].value"),
            ])
        + texts(
            EndEnvelope(error: GatewayError(.internalError, "in-message")), [("in-message", "status.message")])
        + texts(CancelTarget(requestID: "in-id"), [("in-id", "request_id")])
        + texts(TraceTarget(requestID: "in-id"), [("in-id", "request_id")])
        + texts(ModelTestTarget(model: "in-model"), [("in-model", "model")])
        + texts(
            BreakerCommand(scope: "in-scope", action: .reset, reason: "in-reason"),
            [("in-scope", "scope"), ("in-reason", "reason")])
        + texts(
            BreakerList(breakers: [
                BreakerStatus(
                    scope: "in-scope", state: BreakerStatus.State(rawValue: "in-state"),
                    forced: .init(by: "in-actor", reason: "in-reason", remaining: nil))
            ]),
            [
                ("in-scope", "breakers[0].scope"), ("in-state", "breakers[0].state"),
                ("in-actor", "breakers[0].forced_by"), ("in-reason", "breakers[0].forced_reason"),
            ])

    @Test("Text that is not UTF-8 is refused with the field's place", arguments: texts)
    func invalidUTF8(_ text: Text) throws {
        var bytes = text.value.encode(with: codec)
        let place = try #require(bytes.firstRange(of: Array(text.text.utf8)), "the text travels as it is")
        // The first byte of a longer character, with nothing behind it.
        bytes[place.upperBound - 1] = 0xE5
        try expectError(text.value, bytes, MessageError(text.field, "not valid UTF-8"))
    }

    private func expectError<Value: WireMessage>(_: Value, _ bytes: [UInt8], _ expected: MessageError) throws {
        #expect(throws: expected) { try Value.decode(bytes, with: codec) }
    }

    @Test func missingFieldsAreNamed() {
        func expect<Value: WireMessage>(_ type: Value.Type, _ bytes: [UInt8], _ field: String) {
            let error = #expect(throws: MessageError.self) { try type.decode(bytes, with: codec) }
            #expect(error?.field == field)
        }
        expect(ChatRequest.self, Proto.bytes(2, []), "messages[0].role")
        expect(ChatRequest.self, Proto.bytes(2, Proto.number(1, 77)), "messages[0].role")
        let user = Proto.number(1, 2)
        expect(ChatRequest.self, Proto.bytes(2, user + Proto.text(2, "a") + Proto.bytes(3, [])), "messages[0].parts")
        expect(ChatRequest.self, Proto.bytes(2, user + Proto.bytes(3, [])), "messages[0].parts[0].kind")
        expect(
            ChatRequest.self, Proto.bytes(2, user + Proto.bytes(3, Proto.bytes(2, []))),
            "messages[0].parts[0].image.url")
        expect(ChatRequest.self, Proto.bytes(3, Proto.bytes(9, [])), "sampling.logit_bias[0].token")
        expect(ChatRequest.self, Proto.bytes(4, []), "tools[0].name")
        expect(ChatRequest.self, Proto.bytes(5, []), "tool_choice.mode")
        expect(ChatRequest.self, Proto.bytes(5, Proto.number(1, 4)), "tool_choice.name")
        expect(ChatRequest.self, Proto.bytes(7, []), "response_format.kind")
        expect(ChatRequest.self, Proto.bytes(7, Proto.number(1, 3)), "response_format.name")
        expect(ChatRequest.self, Proto.bytes(7, Proto.number(1, 3) + Proto.text(2, "n")), "response_format.schema")
        expect(CancelTarget.self, [], "request_id")
        expect(TraceTarget.self, [], "request_id")
        expect(TraceOutcome.self, Proto.number(1, 1), "trace")
        expect(BreakerCommand.self, Proto.number(2, 1), "scope")
        expect(BreakerCommand.self, Proto.text(1, "provider/p"), "action")
        expect(BreakerCommand.self, Proto.text(1, "provider/p") + Proto.number(2, 9), "action")
        expect(ModelTestResult.self, Proto.text(1, "m"), "status")
        expect(CallEnvelope.self, Proto.number(4, 9), "priority")
        expect(CallEnvelope.self, Proto.bytes(5, Proto.number(1, 9)), "cache.mode")
        expect(UsageReportQuery.self, Proto.number(1, 2) + Proto.number(1, 9), "by[1]")
        expect(CacheEntryQuery.self, [], "key")
        expect(CachedAnswerOutcome.self, Proto.number(1, 1), "entry")
        expect(CachePurge.self, [], "target")
        expect(CachePurge.self, Proto.number(1, 9), "target")
        expect(CachePurge.self, Proto.number(1, 3), "value")
        expect(CachePurge.self, Proto.number(1, 5) + Proto.text(2, "tag"), "value")
        expect(LatencyQuery.self, Proto.number(1, 9), "by")
        expect(MetricsQuery.self, Proto.number(1, 9), "format")
        expect(BatchReply.self, [], "progress")
        expect(BatchEvent.self, [], "kind")
        expect(BatchEvent.self, Proto.bytes(2, []), "result.reply")
        expect(ConnectionError.self, [], "status")
        expect(ConnectionError.self, Proto.bytes(1, Proto.number(1, 0)), "status")
    }

    @Test("Every beginning of a message is a message, or an error", arguments: MessageSample.all)
    func truncated(_ sample: MessageSample) {
        let whole = sample.value.encode(with: codec)
        for length in 0..<whole.count { decodeAnyhow(sample.value, Array(whole[..<length])) }
    }

    @Test("Random damage never does more than throw", arguments: MessageSample.all)
    func mutated(_ sample: MessageSample) {
        let whole = sample.value.encode(with: codec)
        guard !whole.isEmpty else { return }
        for seed in 1...300 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                default: bytes.insert(.random(in: 0...255, using: &random), at: place)
                }
            }
            decodeAnyhow(sample.value, bytes)
        }
        let isGood = decodeAnyhow(sample.value, whole)
        #expect(isGood, "the codec is as good as new")
    }

    /// False if the bytes were refused, which must be with a reason and, where a field is named, with its name.
    @discardableResult
    private func decodeAnyhow<Value: WireMessage>(_: Value, _ bytes: [UInt8]) -> Bool {
        do throws(MessageError) {
            _ = try Value.decode(bytes, with: codec)
            return true
        } catch {
            #expect(!error.problem.isEmpty)
            #expect(error.field?.isEmpty != true)
            return false
        }
    }
}
