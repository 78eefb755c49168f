import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("OpenAI answers")
struct ReplyDecoderTests {
    private static let anyChat = UpstreamOperation.chat(ChatRequest(messages: []))

    private func decode(_ text: String, _ operation: UpstreamOperation = anyChat) throws -> UpstreamAnswer.Body {
        try OpenAIReplyDecoder.decode(.init(answer: Array(text.utf8)), for: operation)
    }

    private func chat(_ text: String) throws -> ChatReply {
        guard case .chat(let reply) = try decode(text) else { throw GatewayError(.internalError, "no chat") }
        return reply
    }

    @Test func wholeChat() throws {
        let reply = try chat(
            #"""
            {"id":"chatcmpl-1","model":"gpt","choices":[
              {"index":1,"finish_reason":"tool_calls","message":{"role":"assistant","content":null,"tool_calls":[
                {"id":"c1","type":"function","function":{"name":"天气","arguments":"{\"城\":\"巴黎\"}"}},
                {"id":"c2","type":"function","function":{"name":"b","arguments":"broken {"}}]}},
              {"index":0,"finish_reason":"stop","message":{"content":"你好 👋","refusal":"no","reasoning_content":"想"}}],
             "usage":{"prompt_tokens":10,"completion_tokens":0,"total_tokens":10,
               "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}
            """#)
        #expect(
            reply
                == ChatReply(
                    choices: [
                        .init(
                            index: 1,
                            toolCalls: [
                                ToolCall(id: "c1", name: "天气", arguments: "{\"城\":\"巴黎\"}"),
                                ToolCall(id: "c2", name: "b", arguments: "broken {"),
                            ], finishReason: .toolCalls),
                        .init(index: 0, text: "你好 👋", finishReason: .stop, refusal: "no", reasoning: "想"),
                    ],
                    usage: Usage(
                        inputTokens: 10, outputTokens: 0, cachedInputTokens: 4, reasoningTokens: 2, totalTokens: 10),
                    info: ReplyInfo(upstreamModel: "gpt", upstreamID: "chatcmpl-1")))
    }

    @Test("What the upstream did not say stays unknown")
    func least() throws {
        #expect(try chat(#"{"choices":[{}],"usage":null}"#) == ChatReply(choices: [.init(index: 0)]))
        #expect(try chat(#"{"choices":[{}],"usage":{}}"#).usage == Usage())
        #expect(try chat(#"{"choices":[{}],"usage":{"prompt_tokens":-1,"total_tokens":1.5}}"#).usage == Usage())
        #expect(try chat(#"{"choices":[{}],"usage":{"prompt_tokens":7.0}}"#).usage == Usage(inputTokens: 7))
    }

    @Test("Content in parts becomes text")
    func parts() throws {
        let reply = try chat(
            #"{"choices":[{"message":{"content":[{"type":"text","text":"一"},{"type":"x"},{"text":"二"}]}}]}"#)
        #expect(reply.text == "一二")
        #expect(try chat(#"{"choices":[{"message":{"content":"a\u0000b"}}]}"#).text == "a\u{0}b")
    }

    @Test(
        "Every reason to stop",
        arguments: [
            ("stop", .stop), ("length", .length), ("tool_calls", .toolCalls), ("function_call", .toolCalls),
            ("content_filter", .contentFilter), ("由于", .other("由于")),
        ] as [(String, FinishReason)])
    func finishReasons(word: String, reason: FinishReason) throws {
        #expect(try chat(#"{"choices":[{"finish_reason":"\#(word)"}]}"#).choices[0].finishReason == reason)
    }

    @Test func completions() throws {
        let body = try decode(
            #"{"id":"i","model":"m","choices":[{"index":0,"text":"从前","finish_reason":"length"}],"usage":{"total_tokens":3}}"#,
            .complete(CompleteRequest(prompt: "")))
        #expect(
            body
                == .complete(
                    CompleteReply(
                        choices: [.init(index: 0, text: "从前", finishReason: .length)], usage: Usage(totalTokens: 3),
                        info: ReplyInfo(upstreamModel: "m", upstreamID: "i"))))
    }

    @Test("Vectors come in the order of the inputs, however they are listed")
    func embeddings() throws {
        let two = UpstreamOperation.embed(EmbedRequest(inputs: ["a", "b"]))
        let swapped =
            #"{"data":[{"index":1,"embedding":[3]},{"index":0,"embedding":[1,-2.5e0]}],"model":"e","usage":{"prompt_tokens":5}}"#
        #expect(try decode(swapped, two) == .embed([[1, -2.5], [3]], usage: Usage(inputTokens: 5), model: "e"))
        let unnumbered = #"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#
        #expect(try decode(unnumbered, two) == .embed([[1], [2]], usage: nil, model: nil))
    }

    @Test func models() throws {
        #expect(try decode(#"{"data":[{"id":"a"},{"x":1},{"id":"模"}]}"#, .listModels) == .models(["a", "模"]))
    }

    private static let embedTwo = UpstreamOperation.embed(EmbedRequest(inputs: ["a", "b"]))

    @Test(
        "Nothing is made up for an answer of another form",
        arguments: [
            ("", anyChat, "is not valid JSON"), ("<html>", anyChat, "is not valid JSON"),
            ("[]", anyChat, "is not a JSON object"),
            (#"{"choices":[]} x"#, anyChat, "is not valid JSON"), ("{}", anyChat, "has no choices"),
            (#"{"choices":{}}"#, anyChat, "has no choices"), (#"{"choices":[]}"#, anyChat, "has no choices"),
            (#"{"choices":null}"#, .complete(CompleteRequest(prompt: "")), "has no choices"),
            ("{}", embedTwo, "has no data"), (#"{"data":[{"embedding":[1]}]}"#, embedTwo, "has 1 vectors for 2 inputs"),
            (
                #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#, embedTwo,
                "has vectors that belong to no input"
            ),
            (#"{"data":[{"index":2,"embedding":[1]}]}"#, embedTwo, "has vectors that belong to no input"),
            (#"{"data":[{"index":0,"embedding":"AAAA"}]}"#, embedTwo, "has vectors that belong to no input"),
            (#"{"data":[{"index":0,"embedding":[1,"2"]}]}"#, embedTwo, "has a vector with something else than numbers"),
        ] as [(String, UpstreamOperation, String)])
    func malformed(text: String, operation: UpstreamOperation, problem: String) {
        let error = #expect(throws: GatewayError.self) { try decode(text, operation) }
        #expect(error?.reason == .upstreamProtocolError)
        #expect(error?.message == "the upstream's answer \(problem)")
    }

    @Test("Bytes that are not UTF-8, and bottomless nesting, are not JSON")
    func hostile() {
        var bytes = Array(#"{"choices":[{"message":{"content":"a"}}]}"#.utf8)
        bytes[bytes.count - 6] = 0xFF
        #expect(throws: GatewayError.self) { try OpenAIReplyDecoder.decode(.init(answer: bytes), for: Self.anyChat) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 200_000)
        #expect(throws: GatewayError.self) { try OpenAIReplyDecoder.decode(.init(answer: deep), for: Self.anyChat) }
    }
}
