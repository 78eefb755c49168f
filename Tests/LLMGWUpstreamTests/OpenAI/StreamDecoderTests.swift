import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("OpenAI streams")
struct StreamDecoderTests {
    private typealias Output = OpenAIStreamDecoder.Output

    private func decode(_ events: [String], isChat: Bool = true) throws -> ([Output], OpenAIStreamDecoder) {
        var decoder = OpenAIStreamDecoder(isChat: isChat)
        var outputs: [Output] = []
        for event in events { outputs += try decoder.decode(Array(event.utf8)) }
        return (outputs, decoder)
    }

    @Test func aWholeStream() throws {
        let (outputs, decoder) = try decode([
            #"{"id":"c1","model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"content":"巴"}}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{"content":"黎"},"finish_reason":null}]}"#,
            #"{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            #"{"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
            "[DONE]",
            "not even JSON",
        ])
        #expect(
            outputs == [
                .nothing, .chat(ChatChunk(text: "巴")), .chat(ChatChunk(text: "黎")),
                .chat(ChatChunk(finishReason: .stop)), .done,
            ])
        #expect(
            decoder.answer
                == .chat(
                    ChatReply(
                        choices: [.init(index: 0, finishReason: .stop)],
                        usage: Usage(inputTokens: 3, outputTokens: 2, totalTokens: 5),
                        info: ReplyInfo(upstreamModel: "gpt", upstreamID: "c1"))))
        #expect(decoder.isDone)
    }

    @Test("Deltas of tool calls belong together by their index")
    func toolCalls() throws {
        let (outputs, _) = try decode([
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"天气","arguments":""}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"{"}},{"index":0,"function":{"arguments":"{\"城"}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\":1}"}},{"index":1,"function":{"arguments":"}"}}]}}]}"#,
            #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
        ])
        var calls: [UInt32: ToolCall] = [:]
        for case .chat(let chunk) in outputs {
            for delta in chunk.toolCalls {
                var call = calls[delta.index] ?? ToolCall(id: "", name: "", arguments: "")
                call.id += delta.id ?? ""
                call.name += delta.name ?? ""
                call.arguments += delta.arguments
                calls[delta.index] = call
            }
        }
        #expect(
            calls == [
                0: ToolCall(id: "a", name: "天气", arguments: "{\"城\":1}"),
                1: ToolCall(id: "b", name: "f", arguments: "{}"),
            ])
    }

    @Test("Calls without an index are told apart by their place")
    func toolCallsWithoutIndex() throws {
        let (outputs, _) = try decode([
            #"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"{}"}}]}}]}"#
        ])
        #expect(
            outputs == [
                .chat(
                    ChatChunk(toolCalls: [
                        ToolCallDelta(index: 0, id: "a", name: "f", arguments: "{}"),
                        ToolCallDelta(index: 1, id: "b", name: "g", arguments: "{}"),
                    ]))
            ])
    }

    @Test func severalChoices() throws {
        let (outputs, decoder) = try decode([
            #"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"reasoning":"r"}}]}"#,
            #"{"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}"#,
            #"{"choices":[{"index":0,"delta":{"refusal":"n"},"finish_reason":"stop"}]}"#,
            #"{"choices":[{"index":1,"delta":{}}]}"#,
        ])
        #expect(
            outputs == [
                .chat(ChatChunk(index: 1, text: "b")), .chat(ChatChunk(index: 0, reasoning: "r")),
                .chat(ChatChunk(index: 1, finishReason: .length)),
                .chat(ChatChunk(index: 0, finishReason: .stop, refusal: "n")), .nothing,
            ])
        guard case .chat(let reply) = decoder.answer else {
            Issue.record("no chat")
            return
        }
        #expect(reply.choices == [.init(index: 0, finishReason: .stop), .init(index: 1, finishReason: .length)])
        #expect(reply.usage == nil)
        #expect(!decoder.isDone)
    }

    @Test func completions() throws {
        let (outputs, decoder) = try decode(
            [
                #"{"id":"x","choices":[{"index":0,"text":"从"}]}"#,
                #"{"choices":[{"index":0,"text":"","finish_reason":"length"}]}"#,
                "[DONE]",
            ], isChat: false)
        #expect(
            outputs == [
                .complete(CompleteChunk(text: "从")), .complete(CompleteChunk(finishReason: .length)), .done,
            ])
        #expect(
            decoder.answer
                == .complete(
                    CompleteReply(choices: [.init(index: 0, finishReason: .length)], info: ReplyInfo(upstreamID: "x"))))
    }

    @Test(
        "A failure inside the stream is one, whatever its form",
        arguments: [
            (
                #"{"error":{"message":"坏","type":"server_error","code":null}}"#,
                UpstreamErrorBody(type: "server_error", message: "坏")
            ),
            (#"{"error":{"code":429}}"#, UpstreamErrorBody(code: "429")),
            (#"{"error":"bad"}"#, UpstreamErrorBody(message: "bad")),
        ])
    func failures(event: String, body: UpstreamErrorBody) throws {
        let (outputs, _) = try decode([event])
        #expect(outputs == [.failure(body)])
    }

    @Test func anErrorThatIsNullIsNone() throws {
        let (outputs, _) = try decode([#"{"error":null,"choices":[{"delta":{"content":"a"}}]}"#])
        #expect(outputs == [.chat(ChatChunk(text: "a"))])
    }

    @Test("What is not understood is refused", arguments: ["", "{", "[]", "[DONE] ", "[DONE]", "\"x\"", "<p>"])
    func malformed(event: String) {
        let error = #expect(throws: GatewayError.self) { try decode([event]) }
        #expect(error?.reason == .upstreamProtocolError)
    }
}
