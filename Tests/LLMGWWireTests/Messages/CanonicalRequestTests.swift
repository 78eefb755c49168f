import LLMGWCore
import LLMGWJSON
import Testing

@testable import LLMGWWire

@Suite("Canonical requests")
struct CanonicalRequestTests {
    private let codec = MessageCodec()

    private func form(_ kind: CanonicalRequest.Kind, _ bytes: [UInt8]) -> CanonicalRequest? {
        codec.canonical(kind, bytes, json: { CanonicalJSON.bytes($0, ignoring: $1) })
    }

    private func form(_ request: ChatRequest) -> [UInt8]? { form(.chat, request.encode(with: codec))?.bytes }

    private static let plain = ChatRequest(
        model: "m", messages: [.system("你是助手"), .user("你好")],
        sampling: Sampling(temperature: 0, logitBias: [.init(token: "1", bias: 1), .init(token: "2", bias: -1)]),
        tools: [Tool(name: "f", parameters: #"{"type":"object","a":1}"#)], extra: #"{"top_k":5,"reasoning":{"x":1.0}}"#)

    /// The plain request, changed in one place each.
    private static func variants(_ changes: [(inout ChatRequest) -> Void]) -> [ChatRequest] {
        changes.map { change in
            var request = plain
            change(&request)
            return request
        }
    }

    @Test func whatAsksTheSameHasOneForm() {
        let same = Self.variants([
            { $0.model = "another name" }, { $0.model = nil }, { $0.stream = true }, { $0.sampling.user = "u" },
            { $0.sampling.logitBias.reverse() },
            { $0.tools[0].parameters = " {\"a\" : 1.0e0, \"type\":\"\\u006fbject\"}" },
            { $0.extra = #"{"reasoning":{"x":1},"top_k":5}"# },
            {
                $0.extra = #"{"reasoning":{"x":1},"metadata":{"id":"7"},"top_k":5,"service_tier":"auto"}"#
            },
        ])
        for request in same { #expect(form(request) == form(Self.plain), "\(request)") }
    }

    @Test func whatAsksSomethingElseHasAnother() {
        let others = Self.variants([
            { $0.messages.reverse() }, { $0.messages[1] = .user("你好 ") }, { $0.messages[1] = .assistant("你好") },
            { $0.messages[1].name = "n" }, { $0.messages[1].extra = #"{"cache_control":1}"# },
            { $0.messages[1].toolCallID = "c" }, { $0.messages[1].content = nil }, { $0.messages.append(.user("")) },
            { $0.messages[1].content = .parts([.text("你好")]) },
            { $0.messages[1].content = .parts([.image(url: "data:,", detail: nil)]) },
            { $0.messages[1].content = .parts([.image(url: "data:,", detail: "low")]) },
            { $0.messages[1].content = .parts([.json(#"{"type":"file"}"#)]) },
            { $0.messages[1].toolCalls = [ToolCall(id: "c", name: "f", arguments: "{}")] },
            { $0.messages[1].toolCalls = [ToolCall(id: "c", name: "f", arguments: "{ }")] },
            { $0.sampling.temperature = nil }, { $0.sampling.temperature = 0.1 }, { $0.sampling.topP = 1 },
            { $0.sampling.maxTokens = 5 }, { $0.sampling.stop = ["\n"] }, { $0.sampling.seed = 1 },
            { $0.sampling.presencePenalty = 0 }, { $0.sampling.frequencyPenalty = 0 }, { $0.sampling.n = 1 },
            { $0.sampling.logitBias[0].bias = 2 }, { $0.sampling.logitBias = [] },
            { $0.tools[0].name = "g" }, { $0.tools[0].description = "" }, { $0.tools[0].strict = false },
            { $0.tools[0].parameters = nil }, { $0.tools = [] }, { $0.toolChoice = .auto },
            { $0.toolChoice = .named("f") },
            { $0.parallelToolCalls = false }, { $0.responseFormat = .text }, { $0.responseFormat = .jsonObject },
            { $0.responseFormat = .jsonSchema(name: "s", schema: "{}", description: nil, strict: nil) },
            { $0.extra = nil }, { $0.extra = #"{"top_k":5}"# }, { $0.extra = #"{"top_k":"5","reasoning":{"x":1}}"# },
            { $0.extra = #"{"top_k":5,"reasoning":{"x":1,"user":"u"}}"# },
            // What the upstream is to remember is more than an answer.
            { $0.extra = #"{"top_k":5,"reasoning":{"x":1},"store":true}"# },
            { $0.extra = #"{"top_k":5,"reasoning":{"x":1},"store":false}"# },
            // Not certain to be equal to anything: it is compared as it is.
            { $0.extra = #"{"top_k":9007199254740993}"# }, { $0.extra = #"{"top_k":9007199254740992}"# },
            { $0.extra = #"{"top_k":1,"top_k":1}"# },
        ])
        var seen = Set([form(Self.plain)])
        for request in others { #expect(seen.insert(form(request)).inserted, "\(request)") }
    }

    @Test("A field that this version does not know counts")
    func unknownFields() {
        let bytes = Self.plain.encode(with: codec)
        let field: [UInt8] = [0xC0, 0x3E, 0x01]  // Number 1000, a varint.
        #expect(form(.chat, bytes + field)?.bytes != form(.chat, bytes)?.bytes)
        #expect(form(.chat, bytes + field) == form(.chat, field + bytes), "wherever it stands")
    }

    @Test func theOtherMethods() {
        func complete(_ request: CompleteRequest) -> CanonicalRequest? { form(.complete, request.encode(with: codec)) }
        let prompt = CompleteRequest(
            model: "m", prompt: "从前", sampling: Sampling(user: "u"), extra: #"{"user":1}"#, stream: true)
        #expect(
            complete(prompt)
                == CanonicalRequest(
                    model: "m", isStream: true, bytes: complete(CompleteRequest(prompt: "从前"))?.bytes ?? []))
        #expect(complete(CompleteRequest(prompt: "从前", echo: false))?.bytes != complete(prompt)?.bytes)
        func embed(_ request: EmbedRequest) -> [UInt8]? { form(.embed, request.encode(with: codec))?.bytes }
        #expect(
            embed(EmbedRequest(model: "m", inputs: ["甲", "乙"], user: "u")) == embed(EmbedRequest(inputs: ["甲", "乙"])))
        #expect(embed(EmbedRequest(inputs: ["甲", "乙"])) != embed(EmbedRequest(inputs: ["乙", "甲"])))
        #expect(embed(EmbedRequest(inputs: ["甲", "乙"])) != embed(EmbedRequest(inputs: ["甲乙"])))
        #expect(embed(EmbedRequest(inputs: [], dimensions: 0)) != embed(EmbedRequest(inputs: [])))
    }

    @Test func whatIsNoRequestHasNone() {
        #expect(form(.chat, [0xFF, 0xFF]) == nil)
        let samplingAlone = ChatRequest(messages: [.user("x")], sampling: Sampling(user: "u"))
        #expect(form(samplingAlone) == form(ChatRequest(messages: [.user("x")])))
    }
}
