import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Anthropic requests")
struct AnthropicRequestTests {
    private static let provider = ProviderSettings(
        name: "p", kind: .anthropic, baseURL: "https://example.org/v1", key: Secret("sk-1"),
        headers: [.init(name: "X-Team", value: Secret("队"))])

    private func encode(_ operation: UpstreamOperation) throws(GatewayError) -> HTTPRequest {
        try AnthropicDialect().request(for: operation, provider: Self.provider, upstreamModel: "上游")
    }

    private func body(_ request: ChatRequest) throws -> String {
        String(decoding: try encode(.chat(request)).body, as: UTF8.self)
    }

    private static func ask(_ messages: ChatMessage..., sampling: Sampling = Sampling(maxTokens: 9)) -> ChatRequest {
        ChatRequest(messages: messages, sampling: sampling)
    }

    /// What a conversation becomes: all between the limit of tokens and the end.
    private func said(_ messages: ChatMessage...) throws -> String {
        let text = try body(ChatRequest(messages: messages, sampling: Sampling(maxTokens: 9)))
        let begin = #"{"model":"上游","max_tokens":9,"#
        #expect(text.hasPrefix(begin) && text.hasSuffix("}"))
        return String(text.dropFirst(begin.count).dropLast())
    }

    // MARK: The request around the body

    @Test func addressAndHeaders() throws {
        var request = try encode(.chat(Self.ask(.user("a"))))
        #expect(request.url == "https://example.org/v1/messages")
        #expect(request.method == .post)
        #expect(
            request.headers == [
                "X-Team: 队", "x-api-key: sk-1", "anthropic-version: 2023-06-01", "Content-Type: application/json",
                "Accept: application/json", "User-Agent: llmgw/\(Version.current)",
            ])
        var stream = Self.ask(.user("a"))
        stream.stream = true
        #expect(try encode(.chat(stream)).headers.contains("Accept: text/event-stream"))
        #expect(
            try body(stream)
                == #"{"model":"上游","max_tokens":9,"messages":[{"role":"user","content":"a"}],"stream":true}"#)
        request = try encode(.listModels)
        #expect(request.url == "https://example.org/v1/models?limit=1000")
        #expect(request.method == .get)
    }

    @Test func theProvidersOwnVersionCounts() throws {
        var provider = Self.provider
        provider.headers = [.init(name: "Anthropic-Version", value: Secret("2099-01-01"))]
        provider.key = nil
        let request = try AnthropicDialect().request(for: .listModels, provider: provider, upstreamModel: "m")
        #expect(
            request.headers.filter { $0.lowercased().hasPrefix("anthropic-version") } == [
                "Anthropic-Version: 2099-01-01"
            ])
        #expect(!request.headers.contains { $0.hasPrefix("x-api-key") })
    }

    // MARK: Conversations

    @Test("Leading system messages become the system prompt, each as it is")
    func system() throws {
        #expect(
            try said(.system("一\n"), .user("u")) == #""system":"一\n","messages":[{"role":"user","content":"u"}]"#)
        #expect(
            try said(
                .system("一"),
                ChatMessage(
                    role: .system,
                    content: .parts([
                        .text("二"), .json(#"{"type":"text","text":"三","cache_control":{"type":"ephemeral"}}"#),
                    ])),
                .user("u")) == #"""
                    "system":[{"type":"text","text":"一"},{"type":"text","text":"二"},\#
                    {"type":"text","text":"三","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"u"}]
                    """#)
    }

    @Test("A conversation with tools: the results of all calls are in one turn, with what the user says then")
    func tools() throws {
        let calls = [
            ToolCall(id: "c1", name: "天气", arguments: #"{ "城" : "巴黎", "n": 1.50 }"#),
            ToolCall(id: "c2", name: "b", arguments: ""),
        ]
        #expect(
            try said(
                .user("u"), ChatMessage(role: .assistant, content: .text("查"), toolCalls: calls),
                .tool("晴", answering: "c1"),
                ChatMessage(
                    role: .tool, content: .parts([.text("坏"), .image(url: "https://example.org/a.png", detail: nil)]),
                    toolCallID: "c2", extra: #"{"is_error":true}"#),
                .user("so?")) == #"""
                    "messages":[{"role":"user","content":"u"},{"role":"assistant","content":[{"type":"text","text":"查"},\#
                    {"type":"tool_use","id":"c1","name":"天气","input":{ "城" : "巴黎", "n": 1.50 }},\#
                    {"type":"tool_use","id":"c2","name":"b","input":{}}]},\#
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"晴"},\#
                    {"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"坏"},\#
                    {"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}],"is_error":true},\#
                    {"type":"text","text":"so?"}]}]
                    """#)
    }

    @Test("Consecutive messages of one side are one turn; empty text beside others is left out")
    func merging() throws {
        let call = ToolCall(id: "c", name: "f", arguments: "{}")
        #expect(
            try said(
                .user("a"), .user(""), .user("b"), .assistant("x"),
                ChatMessage(role: .assistant, content: .text(""), toolCalls: [call])) == #"""
                    "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},\#
                    {"role":"assistant","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"c","name":"f","input":{}}]}]
                    """#)
        #expect(
            try said(ChatMessage(role: .assistant, content: nil, toolCalls: [call]))
                == #""messages":[{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]}]"#)
        #expect(try said(.user("")) == #""messages":[{"role":"user","content":""}]"#)
    }

    @Test("A message with members of its own stays alone")
    func messageExtra() throws {
        #expect(
            try said(.user("a"), ChatMessage(role: .user, content: .text("b"), extra: #"{"x":[1, 2]}"#), .user("c"))
                == #"""
                "messages":[{"role":"user","content":"a"},{"role":"user","content":"b","x":[1, 2]},\#
                {"role":"user","content":"c"}]
                """#)
    }

    @Test func images() throws {
        let parts: [ContentPart] = [
            .text("看"), .image(url: "https://example.org/ü.png", detail: "auto"),
            .image(url: "DATA:image/PNG;base64,iVBORw0KGgo=", detail: nil),
            .image(url: "data:image/jpeg;name=a;base64,", detail: nil),
            .json(#"{ "type" : "document", "n": 1.50 }"#), .text(""),
        ]
        #expect(
            try said(ChatMessage(role: .user, content: .parts(parts))) == #"""
                "messages":[{"role":"user","content":[{"type":"text","text":"看"},\#
                {"type":"image","source":{"type":"url","url":"https://example.org/ü.png"}},\#
                {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},\#
                {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":""}},\#
                { "type" : "document", "n": 1.50 }]}]
                """#)
    }

    // MARK: The rest

    private static let begin = #"{"model":"上游","max_tokens":9,"messages":[{"role":"user","content":"a"}]"#

    @Test func sampling() throws {
        let sampling = Sampling(
            temperature: 0, topP: 0.5, maxTokens: 9, stop: ["停", "\n"], presencePenalty: 0, frequencyPenalty: -0.0,
            n: 1,
            user: "用户")
        #expect(
            try body(Self.ask(.user("a"), sampling: sampling)) == Self.begin
                + #","temperature":0.0,"top_p":0.5,"stop_sequences":["停","\n"],"metadata":{"user_id":"用户"}}"#)
        var text = Self.ask(.user("a"))
        text.responseFormat = .text
        #expect(try body(text) == Self.begin + "}")
    }

    @Test(
        "Every way to choose a tool",
        arguments: [
            (nil, nil, ""), (nil, true, ""), (.auto, nil, #","tool_choice":{"type":"auto"}"#),
            (nil, false, #","tool_choice":{"type":"auto","disable_parallel_tool_use":true}"#),
            (ToolChoice.none, nil, #","tool_choice":{"type":"none"}"#),
            (ToolChoice.none, false, #","tool_choice":{"type":"none"}"#),
            (.required, true, #","tool_choice":{"type":"any"}"#),
            (.required, false, #","tool_choice":{"type":"any","disable_parallel_tool_use":true}"#),
            (.named("b"), false, #","tool_choice":{"type":"tool","name":"b","disable_parallel_tool_use":true}"#),
        ] as [(ToolChoice?, Bool?, String)])
    func toolChoices(choice: ToolChoice?, parallel: Bool?, added: String) throws {
        var request = Self.ask(.user("a"))
        request.tools = [
            Tool(name: "天气", description: "查", parameters: #"{"type": "object"}"#, strict: true), Tool(name: "b"),
        ]
        request.toolChoice = choice
        request.parallelToolCalls = parallel
        let tools = #"""
            ,"tools":[{"name":"天气","description":"查","input_schema":{"type": "object"},"strict":true},\#
            {"name":"b","input_schema":{"type":"object","properties":{}}}]
            """#
        #expect(try body(request) == Self.begin + tools + added + "}")
    }

    @Test(
        "Extra members arrive exactly as they were written",
        arguments: [
            (#"{"top_k":5}"#, #","top_k":5"#), ("{ \n }", ""),
            (
                #" {"thinking" : {"type":"enabled","budget_tokens":1024 } , "值":"}{"} "#,
                #","thinking" : {"type":"enabled","budget_tokens":1024 } , "值":"}{""#
            ),
        ])
    func extra(json: String, added: String) throws {
        var request = Self.ask(.user("a"))
        request.extra = RawJSON(json)
        #expect(try body(request) == Self.begin + added + "}")
    }

    // MARK: What cannot be sent

    struct Refusal: Sendable, CustomTestStringConvertible {
        var request: ChatRequest
        var message: String
        var testDescription: String { message }

        static func message(_ message: ChatMessage, _ text: String) -> Refusal {
            Refusal(request: ask(.user("a"), message), message: "messages[1]" + text)
        }
        static func part(_ part: ContentPart, _ text: String) -> Refusal {
            message(ChatMessage(role: .user, content: .parts([.text(""), part])), ".parts[1]" + text)
        }
        static func call(_ arguments: String, _ text: String) -> Refusal {
            message(
                ChatMessage(
                    role: .assistant, content: nil,
                    toolCalls: [
                        ToolCall(id: "0", name: "f", arguments: ""), ToolCall(id: "1", name: "f", arguments: arguments),
                    ]), ".tool_calls[1].arguments" + text)
        }
        static func sampling(_ sampling: Sampling, _ text: String) -> Refusal {
            var sampling = sampling
            sampling.maxTokens = sampling.maxTokens ?? 9
            return Refusal(request: ask(.user("a"), sampling: sampling), message: "sampling." + text)
        }
        static func other(_ text: String, _ change: (inout ChatRequest) -> Void) -> Refusal {
            var request = ask(.user("a"))
            change(&request)
            return Refusal(request: request, message: text)
        }
    }

    private static let noCounterpart = " has no counterpart in Anthropic's API"
    private static let notBase64 = ".image.url is a data URL that is not a media type and base64"

    @Test(
        arguments: [
            Refusal(request: ask(), message: "messages has no message"),
            Refusal(request: ask(.system("s")), message: "messages has none but system messages"),
            .message(
                .system("s"), ".role is system, which Anthropic's API has only before all other messages"),
            .message(
                ChatMessage(role: .function, content: .text("x"), name: "f"),
                ".role is function, which Anthropic's API does not have; tool is its successor"),
            .message(ChatMessage(role: .user, content: .text("x"), name: "阿"), ".name" + noCounterpart),
            .message(
                ChatMessage(role: .tool, content: .text("x")),
                ".tool_call_id is missing: a tool message names the call that it answers"),
            .message(
                ChatMessage(role: .user, content: .text("x"), toolCallID: "c"),
                ".tool_call_id belongs to a tool message"),
            .message(
                ChatMessage(role: .user, content: .text("x"), toolCalls: [ToolCall(id: "", name: "", arguments: "")]),
                ".tool_calls belongs to an assistant message"),
            .message(ChatMessage(role: .user, content: nil), " has neither text nor parts"),
            .message(ChatMessage(role: .assistant, content: nil), " has neither text nor parts"),
            .message(
                ChatMessage(role: .user, content: .text(""), extra: #"{"content":"x"}"#),
                ".extra.content repeats the field text"),
            .message(
                ChatMessage(role: .tool, content: .text(""), toolCallID: "c", extra: #"{"tool_use_id":"x"}"#),
                ".extra.tool_use_id repeats the field tool_call_id"),
            .part(.image(url: "https://example.org", detail: "high"), ".image.detail" + noCounterpart),
            .part(.image(url: "file:///etc/passwd", detail: nil), ".image.url is not an http, https or data URL"),
            .part(.image(url: "data:image/png;base64", detail: nil), ".image.url is a data URL without data"),
            .part(.image(url: "data:image/png,abc", detail: nil), notBase64),
            .part(.image(url: "data:;base64,abc", detail: nil), notBase64),
            .part(.image(url: "data:,abc", detail: nil), notBase64),
            .part(.json("[1]"), ".json is not a JSON object"),
            .call("broken {", " is not valid JSON, or has two members of one name"),
            .call("[]", " is not a JSON object"),
            .call(#"{}},{"type":"text""#, " is not valid JSON, or has two members of one name"),
            .sampling(Sampling(seed: 0), "seed" + noCounterpart),
            .sampling(Sampling(presencePenalty: 0.1), "presence_penalty" + noCounterpart),
            .sampling(Sampling(frequencyPenalty: .nan), "frequency_penalty" + noCounterpart),
            .sampling(Sampling(n: 2), "n" + noCounterpart),
            .sampling(Sampling(n: 0), "n is 0; at least one answer is generated"),
            .sampling(Sampling(logitBias: [.init(token: "1", bias: 0)]), "logit_bias" + noCounterpart),
            .sampling(Sampling(temperature: .nan), "temperature is not a finite number"),
            .sampling(Sampling(topP: .infinity), "top_p is not a finite number"),
            Refusal(
                request: ask(.user("a"), sampling: Sampling()),
                message:
                    "sampling.max_tokens is missing, which Anthropic's API requires; set it in the request, or for the model in [models.NAME.parameters]"
            ),
            .other("response_format" + noCounterpart) { $0.responseFormat = .jsonObject },
            .other("response_format" + noCounterpart) {
                $0.responseFormat = .jsonSchema(name: "n", schema: "{}", description: nil, strict: nil)
            },
            .other("tools[0].name is empty") { $0.tools = [Tool(name: "")] },
            .other("tools[1].parameters is not a JSON object") {
                $0.tools = [Tool(name: "a"), Tool(name: "b", parameters: "[]")]
            },
            .other("tool_choice.name names a tool that is not in tools") { $0.toolChoice = .named("b") },
            .other("extra.system repeats the field messages") { $0.extra = #"{"system":"x"}"# },
            .other("extra.metadata repeats the field sampling.user") { $0.extra = #"{"metadata":{}}"# },
            .other("extra is not valid JSON, or has two members of one name") { $0.extra = #"{"a":1,"a":2}"# },
            .other("messages[0].extra has no place: Anthropic's API has no system message that it could join") {
                $0.messages.insert(ChatMessage(role: .system, content: .text("s"), extra: "{}"), at: 0)
            },
            .other("messages[0].parts[0].image has no place in a system message of Anthropic's API") {
                let image = ContentPart.image(url: "https://example.org", detail: nil)
                $0.messages.insert(ChatMessage(role: .system, content: .parts([image])), at: 0)
            },
        ] as [Refusal])
    func refusals(_ refusal: Refusal) {
        let error = #expect(throws: GatewayError.self) { try encode(.chat(refusal.request)) }
        #expect(error?.message == refusal.message)
        #expect(error?.reason == .invalidRequest)
        #expect(error?.notProcessed == true)
    }

    @Test("Completions and embeddings are refused")
    func otherMethods() {
        for (operation, method) in [
            (UpstreamOperation.complete(CompleteRequest(prompt: "a")), "Complete"),
            (.embed(EmbedRequest(inputs: ["a"])), "Embed"),
        ] {
            let error = #expect(throws: GatewayError.self) { try encode(operation) }
            #expect(error?.reason == .unsupported)
            #expect(error?.notProcessed == true)
            #expect(error?.message.contains(" of \(method);") == true)
        }
    }
}
