import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Anthropic answers")
struct AnthropicReplyTests {
    private static let anyChat = UpstreamOperation.chat(ChatRequest(messages: []))

    private func decode(_ text: String, _ operation: UpstreamOperation = anyChat) throws -> UpstreamAnswer.Body {
        try AnthropicDialect().decode(.init(answer: Array(text.utf8)), for: operation)
    }

    private func chat(_ text: String) throws -> ChatReply {
        guard case .chat(let reply) = try decode(text) else { throw GatewayError(.internalError, "no chat") }
        return reply
    }

    @Test func wholeMessage() throws {
        let reply = try chat(
            #"""
            {"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[
              {"type":"thinking","thinking":"想","signature":"AA=="},{"type":"redacted_thinking","data":"x"},
              {"type":"text","text":"你好 "},{"type":"server_tool_use","id":"s","name":"web_search","input":{}},
              {"type":"text","text":"👋"},
              {"type":"tool_use","id":"toolu_1","name":"天气","input":{"城":"巴黎 \"x\"","n":-3,"e":[1.5,true,null,{}]}},
              {"type":"tool_use","id":"toolu_2","name":"b","input":{}}],
             "stop_reason":"tool_use","stop_sequence":null,
             "usage":{"input_tokens":10,"cache_read_input_tokens":4,"cache_creation_input_tokens":3,"output_tokens":7,
               "output_tokens_details":{"thinking_tokens":2}}}
            """#)
        #expect(
            reply
                == ChatReply(
                    choices: [
                        .init(
                            index: 0, text: "你好 👋",
                            toolCalls: [
                                ToolCall(
                                    id: "toolu_1", name: "天气",
                                    arguments: #"{"城":"巴黎 \"x\"","n":-3,"e":[1.5,true,null,{}]}"#),
                                ToolCall(id: "toolu_2", name: "b", arguments: "{}"),
                            ], finishReason: .toolCalls, reasoning: "想")
                    ],
                    usage: Usage(
                        inputTokens: 17, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 2, totalTokens: 24),
                    info: ReplyInfo(upstreamModel: "claude", upstreamID: "msg_1")))
    }

    @Test("What the upstream did not say stays unknown")
    func least() throws {
        #expect(try chat(#"{"content":[]}"#) == ChatReply(choices: [.init(index: 0)]))
        #expect(try chat(#"{"content":[],"usage":{}}"#).usage == nil)
        #expect(try chat(#"{"content":[],"usage":{"cache_read_input_tokens":4}}"#).usage == nil)
        #expect(
            try chat(#"{"content":[],"usage":{"input_tokens":3,"cache_read_input_tokens":null}}"#).usage
                == Usage(inputTokens: 3))
        #expect(
            try chat(#"{"content":[],"usage":{"output_tokens":3,"cache_read_input_tokens":0}}"#).usage
                == Usage(outputTokens: 3, cachedInputTokens: 0))
    }

    @Test("Counts beyond all measure do no harm")
    func hostileCounts() throws {
        let huge = "1.8e19"
        let usage = try chat(
            #"{"content":[],"usage":{"input_tokens":\#(huge),"cache_read_input_tokens":\#(huge),"output_tokens":\#(huge)}}"#
        ).usage
        #expect(usage?.inputTokens == .max)
        #expect(usage?.totalTokens == .max)
    }

    @Test(
        "Every reason to stop",
        arguments: [
            ("end_turn", .stop), ("stop_sequence", .stop), ("max_tokens", .length), ("tool_use", .toolCalls),
            ("refusal", .contentFilter), ("pause_turn", .other("pause_turn")),
            ("model_context_window_exceeded", .other("model_context_window_exceeded")), ("由于", .other("由于")),
        ] as [(String, FinishReason)])
    func finishReasons(word: String, reason: FinishReason) throws {
        #expect(try chat(#"{"content":[],"stop_reason":"\#(word)"}"#).choices[0].finishReason == reason)
    }

    @Test func models() throws {
        #expect(
            try decode(#"{"data":[{"id":"a"},{"x":1},{"id":"模"}],"has_more":false}"#, .listModels)
                == .models(["a", "模"]))
    }

    @Test(
        "Nothing is made up for an answer of another form",
        arguments: [
            ("", "is not valid JSON"), ("<html>", "is not valid JSON"), ("[]", "is not a JSON object"),
            ("{}", "has no content"), (#"{"content":"text"}"#, "has no content"),
            (#"{"choices":[]}"#, "has no content"), (#"{"content":null}"#, "has no content"),
        ])
    func malformed(text: String, problem: String) {
        let error = #expect(throws: GatewayError.self) { try decode(text) }
        #expect(error?.reason == .upstreamProtocolError)
        #expect(error?.message == "the upstream's answer \(problem)")
    }
}
