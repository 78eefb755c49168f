import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("OpenAI requests")
struct RequestEncoderTests {
    private static let provider = ProviderSettings(
        name: "p", baseURL: "https://example.org/v1", key: Secret("sk-1"),
        headers: [.init(name: "X-Team", value: Secret("队"))], httpVersion: .http1, caFile: "/ca.pem",
        timeouts: UpstreamTimeouts(connect: .seconds(7)))

    private func encode(_ operation: UpstreamOperation) throws(GatewayError) -> HTTPRequest {
        try OpenAIRequestEncoder(provider: Self.provider, upstreamModel: "上游").encode(operation)
    }

    private func body(_ operation: UpstreamOperation) throws -> String {
        String(decoding: try encode(operation).body, as: UTF8.self)
    }

    // MARK: The request around the body

    @Test func address() throws {
        let chat = ChatRequest(messages: [.user("a")])
        #expect(try encode(.chat(chat)).url == "https://example.org/v1/chat/completions")
        #expect(try encode(.complete(CompleteRequest(prompt: "a"))).url == "https://example.org/v1/completions")
        #expect(try encode(.embed(EmbedRequest(inputs: ["a"]))).url == "https://example.org/v1/embeddings")
        let models = try encode(.listModels)
        #expect(models.url == "https://example.org/v1/models")
        #expect(models.method == .get)
        #expect(models.body.isEmpty)
    }

    @Test func headersAndSettings() throws {
        var chat = ChatRequest(messages: [.user("a")])
        var request = try encode(.chat(chat))
        #expect(
            request.headers == [
                "X-Team: 队", "Authorization: Bearer sk-1", "Content-Type: application/json", "Accept: application/json",
                "User-Agent: llmgw/\(Version.current)",
            ])
        #expect(request.method == .post)
        #expect(request.httpVersion == .http1)
        #expect(request.caFile == "/ca.pem")
        #expect(request.connectTimeout == .seconds(7))
        chat.stream = true
        request = try encode(.chat(chat))
        #expect(request.headers.contains("Accept: text/event-stream"))
    }

    @Test func withoutAKeyNothingIsAuthorised() throws {
        let provider = ProviderSettings(name: "p", baseURL: "http://localhost")
        let request = try OpenAIRequestEncoder(provider: provider, upstreamModel: "m").encode(.listModels)
        #expect(!request.headers.contains { $0.hasPrefix("Authorization") })
    }

    // MARK: Bodies

    @Test("What was not said is not sent")
    func least() throws {
        #expect(
            try body(.chat(ChatRequest(messages: [.user("你好\n\"\\\u{1}")])))
                == #"{"model":"上游","messages":[{"role":"user","content":"你好\n\"\\\u0001"}]}"#)
        #expect(try body(.complete(CompleteRequest(prompt: ""))) == #"{"model":"上游","prompt":""}"#)
        #expect(
            try body(.embed(EmbedRequest(inputs: ["一", ""])))
                == #"{"model":"上游","input":["一",""],"encoding_format":"float"}"#)
    }

    @Test("Zero and empty are said")
    func zeros() throws {
        let sampling = Sampling(
            temperature: 0, topP: 0, maxTokens: 0, stop: [""], seed: 0, presencePenalty: 0, frequencyPenalty: 0, n: 1,
            logitBias: [.init(token: "5", bias: 0)], user: "")
        #expect(
            try body(.complete(CompleteRequest(prompt: "a", sampling: sampling, suffix: "", echo: false))) == """
                {"model":"上游","prompt":"a","suffix":"","echo":false,"temperature":0.0,"top_p":0.0,"max_tokens":0,\
                "stop":[""],"seed":0,"presence_penalty":0.0,"frequency_penalty":0.0,"n":1,"logit_bias":{"5":0.0},"user":""}
                """)
    }

    @Test func messagesOfEveryKind() throws {
        let messages = [
            ChatMessage.system("s"),
            ChatMessage(role: .user, content: .text("u"), name: "阿"),
            ChatMessage(
                role: .assistant, content: nil,
                toolCalls: [ToolCall(id: "c1", name: "天气", arguments: "{\"城\": not JSON")]),
            .tool("晴", answering: "c1"),
            ChatMessage(role: .function, content: .text("f"), name: "fn"),
            ChatMessage(role: .assistant, content: .text(""), extra: #"{"prefix":true,"x":[1, 2]}"#),
            ChatMessage(role: .user, content: .text("e"), extra: " { } "),
        ]
        #expect(
            try body(.chat(ChatRequest(messages: messages))) == #"""
                {"model":"上游","messages":[{"role":"system","content":"s"},{"role":"user","content":"u","name":"阿"},\#
                {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":\#
                {"name":"天气","arguments":"{\"城\": not JSON"}}]},{"role":"tool","content":"晴","tool_call_id":"c1"},\#
                {"role":"function","content":"f","name":"fn"},{"role":"assistant","content":"","prefix":true,"x":[1, 2]},\#
                {"role":"user","content":"e"}]}
                """#)
    }

    @Test func partsOfEveryKind() throws {
        let parts: [ContentPart] = [
            .text("看"), .image(url: "https://example.org/ü.png", detail: "low"),
            .image(url: "DATA:image/png;base64,AA==", detail: nil), .json(#"{ "type" : "file", "n": 1.50 }"#),
        ]
        let request = ChatRequest(messages: [ChatMessage(role: .user, content: .parts(parts))])
        #expect(
            try body(.chat(request)) == #"""
                {"model":"上游","messages":[{"role":"user","content":[{"type":"text","text":"看"},\#
                {"type":"image_url","image_url":{"url":"https://example.org/ü.png","detail":"low"}},\#
                {"type":"image_url","image_url":{"url":"DATA:image/png;base64,AA=="}},{ "type" : "file", "n": 1.50 }]}]}
                """#)
    }

    @Test func toolsAndFormats() throws {
        let tools = [
            Tool(name: "天气", description: "查", parameters: #"{"type": "object"}"#, strict: true), Tool(name: "b"),
        ]
        func said(_ choice: ToolChoice?, _ format: ResponseFormat?) throws -> String {
            let request = ChatRequest(
                messages: [.user("a")], tools: tools, toolChoice: choice, parallelToolCalls: false,
                responseFormat: format)
            let text = try body(.chat(request))
            let tools =
                #""tools":[{"type":"function","function":{"name":"天气","description":"查","parameters":{"type": "object"},"strict":true}},{"type":"function","function":{"name":"b"}}]"#
            let begin = #"{"model":"上游","messages":[{"role":"user","content":"a"}],"# + tools
            #expect(text.hasPrefix(begin))
            return String(text.dropFirst(begin.count))
        }
        #expect(try said(nil, nil) == #","parallel_tool_calls":false}"#)
        #expect(
            try said(.auto, .text)
                == #","tool_choice":"auto","parallel_tool_calls":false,"response_format":{"type":"text"}}"#)
        #expect(try said(ToolChoice.none, nil) == #","tool_choice":"none","parallel_tool_calls":false}"#)
        #expect(
            try said(.required, .jsonObject)
                == #","tool_choice":"required","parallel_tool_calls":false,"response_format":{"type":"json_object"}}"#)
        #expect(
            try said(.named("b"), .jsonSchema(name: "答", schema: "{ }", description: "d", strict: false)) == #"""
                ,"tool_choice":{"type":"function","function":{"name":"b"}},"parallel_tool_calls":false,\#
                "response_format":{"type":"json_schema","json_schema":{"name":"答","description":"d","schema":{ },"strict":false}}}
                """#)
    }

    @Test("Streams ask for the token counts")
    func streams() throws {
        #expect(
            try body(.chat(ChatRequest(messages: [.user("a")], stream: true)))
                == #"{"model":"上游","messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true}}"#
        )
        #expect(
            try body(.complete(CompleteRequest(prompt: "a", stream: true)))
                == #"{"model":"上游","prompt":"a","stream":true,"stream_options":{"include_usage":true}}"#)
    }

    @Test(
        "Extra members arrive exactly as they were written",
        arguments: [
            (#"{"top_k":5}"#, #","top_k":5"#),
            (#"  {"a" : {"b":[1,2 ]} , "c":1.0} "#, #","a" : {"b":[1,2 ]} , "c":1.0"#),
            ("{}", ""), ("{ \n }", ""), (#"{"值":"}{"}"#, #","值":"}{""#),
            (#"{"max":1e10,"big":12345678901234567}"#, #","max":1e10,"big":12345678901234567"#),
        ])
    func extra(json: String, added: String) throws {
        let extra = RawJSON(json)
        #expect(
            try body(.chat(ChatRequest(messages: [.user("a")], extra: extra)))
                == #"{"model":"上游","messages":[{"role":"user","content":"a"}]"# + added + "}")
        #expect(
            try body(.complete(CompleteRequest(prompt: "a", extra: extra))) == #"{"model":"上游","prompt":"a""# + added
                + "}")
        #expect(
            try body(.embed(EmbedRequest(inputs: ["a"], extra: extra)))
                == #"{"model":"上游","input":["a"],"encoding_format":"float""# + added + "}")
    }

    // MARK: What cannot be sent

    struct Refusal: Sendable, CustomTestStringConvertible {
        var operation: UpstreamOperation
        var message: String
        var testDescription: String { message }

        static func chat(_ request: ChatRequest, _ message: String) -> Refusal {
            Refusal(operation: .chat(request), message: message)
        }
        static func message(_ message: ChatMessage, _ text: String) -> Refusal {
            chat(ChatRequest(messages: [.user("a"), message]), text)
        }
        static func extra(_ json: RawJSON, _ text: String) -> Refusal {
            chat(ChatRequest(messages: [.user("a")], extra: json), text)
        }
        static func sampling(_ sampling: Sampling, _ text: String) -> Refusal {
            Refusal(operation: .complete(CompleteRequest(prompt: "a", sampling: sampling)), message: text)
        }
    }

    @Test(
        arguments: [
            .chat(ChatRequest(messages: []), "messages has no message"),
            .message(
                ChatMessage(role: .tool, content: .text("x")),
                "messages[1].tool_call_id is missing: a tool message names the call that it answers"),
            .message(
                ChatMessage(role: .function, content: .text("x")),
                "messages[1].name is missing: a function message names the function"),
            .message(
                ChatMessage(role: .user, content: .text("x"), toolCalls: [ToolCall(id: "", name: "", arguments: "")]),
                "messages[1].tool_calls belongs to an assistant message"),
            .message(ChatMessage(role: .user, content: nil), "messages[1] has neither text nor parts"),
            .message(ChatMessage(role: .assistant, content: nil), "messages[1] has neither text nor parts"),
            .message(
                ChatMessage(role: .user, content: .parts([.text(""), .image(url: "file:///etc/passwd", detail: nil)])),
                "messages[1].parts[1].image.url is not an http, https or data URL"),
            .message(
                ChatMessage(role: .user, content: .parts([.json("[1]")])),
                "messages[1].parts[0].json is not a JSON object"),
            .message(
                ChatMessage(role: .user, content: .parts([.json("{}}, {")])),
                "messages[1].parts[0].json is not valid JSON, or has two members of one name"),
            .message(
                ChatMessage(role: .user, content: .text(""), extra: #"{"content":"x"}"#),
                "messages[1].extra.content repeats the field text"),
            .extra(#"{"a":1,"a":2}"#, "extra is not valid JSON, or has two members of one name"),
            .extra(#"{"a":1}}"#, "extra is not valid JSON, or has two members of one name"),
            .extra("3", "extra is not a JSON object"),
            .extra("", "extra is not valid JSON, or has two members of one name"),
            .extra(#"{"temperature":1}"#, "extra.temperature repeats the field sampling.temperature"),
            .extra(#"{"\u006dodel":"x"}"#, "extra.model repeats the field model"),
            .extra(#"{"stream_options":{}}"#, "extra.stream_options repeats the field stream"),
            .sampling(Sampling(temperature: .nan), "sampling.temperature is not a finite number"),
            .sampling(Sampling(topP: .infinity), "sampling.top_p is not a finite number"),
            .sampling(Sampling(n: 0), "sampling.n is 0; at least one answer is generated"),
            .sampling(
                Sampling(logitBias: [.init(token: "1", bias: 1), .init(token: "2", bias: -.infinity)]),
                "sampling.logit_bias[1].bias is not a finite number"),
            .chat(ChatRequest(messages: [.user("a")], tools: [Tool(name: "")]), "tools[0].name is empty"),
            .chat(
                ChatRequest(messages: [.user("a")], tools: [Tool(name: "a"), Tool(name: "b", parameters: "[]")]),
                "tools[1].parameters is not a JSON object"),
            .chat(
                ChatRequest(messages: [.user("a")], tools: [Tool(name: "a")], toolChoice: .named("b")),
                "tool_choice.name names a tool that is not in tools"),
            .chat(
                ChatRequest(
                    messages: [.user("a")],
                    responseFormat: .jsonSchema(name: "n", schema: "true", description: nil, strict: nil)),
                "response_format.schema is not a JSON object"),
            Refusal(
                operation: .embed(EmbedRequest(inputs: ["a"], extra: #"{"encoding_format":"base64"}"#)),
                message: "extra.encoding_format repeats the field that the gateway sets"),
        ] as [Refusal])
    func refusals(_ refusal: Refusal) {
        let error = #expect(throws: GatewayError.self) { try encode(refusal.operation) }
        #expect(error?.message == refusal.message)
        #expect(error?.reason == .invalidRequest)
        #expect(error?.notProcessed == true)
    }
}
