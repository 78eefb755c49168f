import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Anthropic streams")
struct AnthropicStreamTests {
    private func decode(_ events: [String]) throws -> ([StreamOutput], AnthropicStreamDecoder) {
        var decoder = AnthropicStreamDecoder()
        var outputs: [StreamOutput] = []
        for event in events { outputs += try decoder.decode(Array(event.utf8)) }
        return (outputs, decoder)
    }

    private static let start =
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}}"#
    private static let stop = #"{"type":"message_stop"}"#

    private static let whole = [
        start,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"想"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"AA=="}}"#,
        #"{"type":"content_block_stop","index":0}"#, #"{"type":"ping"}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"巴"}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"黎 👋🏽"}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"天气","input":{}}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"城"}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\": 1}"}}"#,
        #"{"type":"content_block_stop","index":2}"#,
        #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t2","name":"b","input":{}}}"#,
        #"{"type":"content_block_stop","index":3}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":15}}"#,
        stop,
    ]

    private static let wholeChunks: [ChatChunk] = [
        ChatChunk(reasoning: "想"), ChatChunk(text: "巴"), ChatChunk(text: "黎 👋🏽"),
        ChatChunk(toolCalls: [ToolCallDelta(index: 0, id: "t1", name: "天气")]),
        ChatChunk(toolCalls: [ToolCallDelta(index: 0, arguments: "{\"城")]),
        ChatChunk(toolCalls: [ToolCallDelta(index: 0, arguments: "\": 1}")]),
        ChatChunk(toolCalls: [ToolCallDelta(index: 1, id: "t2", name: "b")]),
        ChatChunk(toolCalls: [ToolCallDelta(index: 1, arguments: "{}")]), ChatChunk(finishReason: .toolCalls),
    ]

    private static let wholeAnswer = UpstreamAnswer.Body.chat(
        ChatReply(
            choices: [.init(index: 0, finishReason: .toolCalls)],
            usage: Usage(inputTokens: 10, outputTokens: 15, cachedInputTokens: 3, totalTokens: 25),
            info: ReplyInfo(upstreamModel: "claude", upstreamID: "msg_1")))

    private func chunks(_ outputs: [StreamOutput]) -> [ChatChunk] {
        outputs.compactMap { if case .chat(let chunk) = $0 { chunk } else { nil } }
    }

    @Test func aWholeStream() throws {
        let (outputs, decoder) = try decode(Self.whole + ["not even JSON"])
        #expect(chunks(outputs) == Self.wholeChunks)
        #expect(outputs.last == .done)
        #expect(outputs.filter { $0 == .done }.count == 1)
        #expect(decoder.answer == Self.wholeAnswer)
        #expect(decoder.isDone)
    }

    @Test("Wherever the bytes are split, the same comes out")
    func splits() throws {
        let names = Self.whole.map { String($0.split(separator: "\"")[3]) }
        let bytes = Array(zip(names, Self.whole).map { "event: \($0)\ndata: \($1)\n\n" }.joined().utf8)
        for cut in 0...bytes.count {
            var parser = ServerSentEventParser()
            var events: [[UInt8]] = []
            for half in [bytes[..<cut], bytes[cut...]] { try parser.parse(Array(half)) { events.append($0.data) } }
            var decoder = AnthropicStreamDecoder()
            var outputs: [StreamOutput] = []
            for event in events { outputs += try decoder.decode(event) }
            guard chunks(outputs) == Self.wholeChunks, outputs.last == .done, decoder.answer == Self.wholeAnswer else {
                Issue.record("another answer with a split at \(cut)")
                return
            }
        }
    }

    @Test("Arguments that come with the start of a block are not lost, and not said twice")
    func argumentsAtTheStart() throws {
        let begin =
            #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"a":"一"}}}"#
        let end = #"{"type":"content_block_stop","index":0}"#
        func arguments(_ events: [String]) throws -> String {
            chunks(try decode(events).0).flatMap(\.toolCalls).map(\.arguments).joined()
        }
        #expect(try arguments([begin, end, end]) == #"{"a":"一"}"#)
        let piece =
            #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":2}"}}"#
        #expect(try arguments([begin, piece, end]) == #"{"a":2}"#)
    }

    @Test("Later counts replace earlier ones")
    func usage() throws {
        let (_, decoder) = try decode([
            Self.start,
            #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":50,"cache_read_input_tokens":0,"output_tokens":9}}"#,
        ])
        guard case .chat(let reply) = decoder.answer else {
            Issue.record("no chat")
            return
        }
        #expect(reply.usage == Usage(inputTokens: 52, outputTokens: 9, cachedInputTokens: 0, totalTokens: 61))
    }

    @Test(
        "What is not known is passed over",
        arguments: [
            "{}", #"{"type":"ping"}"#, #"{"type":"新"}"#, #"{"type":"content_block_delta"}"#,
            #"{"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{}}}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"n","input":{}}}"#,
            #"{"type":"content_block_stop","index":9}"#, #"{"type":"content_block_stop","index":-1}"#,
            #"{"type":"message_delta","delta":{}}"#, #"{"type":"message_start"}"#,
        ])
    func unknown(event: String) throws {
        #expect(try decode([event]).0 == [.nothing])
    }

    @Test(
        "A failure inside the stream is one",
        arguments: [
            (
                #"{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
                UpstreamErrorBody(type: "overloaded_error", message: "Overloaded")
            ),
            (
                #"{"type":"error","error":{"details":{"error_code":"enforced_spend_limit_reached"},"type":"rate_limit_error"}}"#,
                UpstreamErrorBody(type: "rate_limit_error", code: "enforced_spend_limit_reached")
            ),
            (#"{"type":"error"}"#, UpstreamErrorBody()),
        ])
    func failures(event: String, body: UpstreamErrorBody) throws {
        #expect(try decode([event]).0 == [.failure(body)])
    }

    @Test("What is not understood is refused", arguments: ["", "{", "[]", "[DONE]", "\"x\"", "<p>", Self.stop])
    func malformed(event: String) {
        let error = #expect(throws: GatewayError.self) { try decode([event]) }
        #expect(error?.reason == .upstreamProtocolError)
    }
}
