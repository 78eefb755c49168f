import LLMGWCore
import LLMGWWire
import Testing

/// A value of one of the messages, with a name for the test's output.
struct MessageSample: Sendable, CustomTestStringConvertible {
    let name: String
    let value: any WireMessage & Hashable & Sendable

    init(_ name: String, _ value: some WireMessage & Hashable & Sendable) {
        self.name = name
        self.value = value
    }

    var testDescription: String { "\(type(of: value)), \(name)" }

    /// Every message: with all fields, with none, and with zeros and empty texts where presence matters.
    static let all: [MessageSample] =
        connection + inference + administration + resilience + quota + cache + host

    private static let connection: [MessageSample] = [
        MessageSample("full", ClientHello(clientName: "客户端", clientVersion: "1.2", features: .max)),
        MessageSample("empty", ClientHello(clientName: "", clientVersion: "")),
        MessageSample(
            "full",
            ServerHello(
                serverVersion: "β", protocolMajor: 3, protocolMinor: 4, features: 5,
                limits: ConnectionLimits(maxFrame: 1, maxMessage: 2, maxStreams: 3, initialCredit: 4))),
        MessageSample("zero limits", ServerHello(serverVersion: "", limits: .init(maxStreams: 0, initialCredit: 0))),
        MessageSample("full", ConnectionError(fullError, majorVersions: 1...7)),
        MessageSample("plain", ConnectionError(GatewayError(.protocolViolation, ""))),
        MessageSample("full", GoAway(lastStream: .max, reason: "正在关闭", grace: .milliseconds(30_000))),
        MessageSample("empty", GoAway(lastStream: 0, reason: "", grace: .zero)),
        MessageSample(
            "full",
            ReplyHead(
                requestID: "0123", model: "大模型", provider: "p", cache: .coalesced, queuePosition: 4,
                expectedWait: .milliseconds(5), attempt: 3)),
        MessageSample("zeros", ReplyHead(requestID: "", model: "", queuePosition: 0, expectedWait: .zero, attempt: 0)),
        MessageSample("empty", ReplyHead()),
        MessageSample(
            "full",
            CallEnvelope(
                options: CallOptions(
                    timeout: .milliseconds(1), labels: [Label(key: "任务", value: "报告"), Label(key: "", value: "")],
                    retryAmbiguous: true),
                body: [0, 1, 255])),
        MessageSample(
            "cache and priority",
            CallEnvelope(
                options: CallOptions(
                    priority: .batch,
                    cache: CacheControl(
                        mode: .readOnly, maxAge: .milliseconds(1), ttl: .milliseconds(2), noStore: true,
                        onlyIfCached: true, staleIfError: .milliseconds(3), semantic: true, tags: ["报告", "b"])),
                body: [])),
        MessageSample(
            "cache, zeros",
            CallEnvelope(
                options: CallOptions(
                    priority: .interactive,
                    cache: CacheControl(
                        mode: .off, maxAge: .zero, ttl: .zero, noStore: false, onlyIfCached: false,
                        staleIfError: .zero, semantic: false)
                ),
                body: [])),
        MessageSample("no repetition", CallEnvelope(options: CallOptions(retryAmbiguous: false), body: [])),
        MessageSample("empty", CallEnvelope(options: CallOptions(), body: [])),
        MessageSample("reply", EndEnvelope(reply: [1, 2, 0])),
        MessageSample("empty reply", EndEnvelope()),
        MessageSample("error", EndEnvelope(error: fullError)),
    ]

    private static let inference: [MessageSample] = [
        MessageSample("full", fullChat),
        MessageSample("zeros", zeroChat),
        MessageSample("empty", ChatRequest(messages: [])),
        MessageSample("text format", ChatRequest(messages: [], toolChoice: .auto, responseFormat: .text)),
        MessageSample("JSON format", ChatRequest(messages: [], toolChoice: .required, responseFormat: .jsonObject)),
        MessageSample("full", ChatReply(choices: choices, usage: fullUsage, info: fullInfo)),
        MessageSample("empty", ChatReply(choices: [])),
        MessageSample(
            "zeros", ChatReply(choices: [.init(index: 0, text: "", refusal: "", reasoning: "")], usage: Usage())),
        MessageSample(
            "full",
            ChatChunk(
                index: 3, text: "巴黎 🗼",
                toolCalls: [
                    ToolCallDelta(index: 0, id: "c1", name: "天气", arguments: "{\"城"),
                    ToolCallDelta(index: 1, arguments: "市\":1}"), ToolCallDelta(index: 2, id: "", name: ""),
                ], finishReason: .other("因为"), refusal: "не", reasoning: "思")),
        MessageSample("zeros", ChatChunk(text: "", refusal: "", reasoning: "")),
        MessageSample("empty", ChatChunk()),
        MessageSample(
            "full",
            CompleteRequest(
                model: "m", prompt: "从前", sampling: fullSampling, suffix: "结束", echo: true, extra: "{\"x\":1}",
                stream: true)),
        MessageSample("zeros", CompleteRequest(model: "", prompt: "", suffix: "", echo: false, extra: "")),
        MessageSample("empty", CompleteRequest(prompt: "")),
        MessageSample(
            "full",
            CompleteReply(
                choices: [
                    .init(index: 1, text: "é", finishReason: .length), .init(index: 0, text: ""), .init(index: 2),
                ], usage: fullUsage, info: fullInfo)),
        MessageSample("full", CompleteChunk(index: 9, text: "ж", finishReason: .contentFilter)),
        MessageSample("empty", CompleteChunk()),
        MessageSample(
            "full",
            EmbedRequest(model: "e", inputs: ["一", "", "two"], dimensions: 0, user: "u", extra: "{}")),
        MessageSample("empty", EmbedRequest(inputs: [])),
        MessageSample(
            "full",
            EmbedReply(
                embeddings: [[0, -1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude], []], usage: fullUsage,
                info: fullInfo, mergedCalls: 3)),
        MessageSample("full", BatchRequest(items: [fullChat, zeroChat], maxConcurrency: 5)),
        MessageSample("empty", BatchRequest(items: [])),
        MessageSample(
            "full", BatchReply(progress: BatchProgress(total: 3, succeeded: 2, failed: 1), usage: fullUsage)),
        MessageSample("empty", BatchReply(progress: BatchProgress(total: 0))),
    ]

    private static let administration: [MessageSample] = [
        MessageSample("some", PingPayload([0, 255])),
        MessageSample("empty", PingPayload([])),
        MessageSample("empty", EmptyRequest()),
        MessageSample(
            "full",
            ServiceInfo(
                version: "1", protocolMajor: 1, protocolMinor: 2, features: ["a", "б"],
                methods: [.init(number: 0x0101, name: "llmgw.v1.Meta/Ping")], limits: ConnectionLimits())),
        MessageSample(
            "full", Schema(files: [SchemaFile(name: "a.proto", text: "// 注释"), SchemaFile(name: "", text: "")])),
        MessageSample(
            "full",
            ModelList(models: [
                ModelInfo(
                    name: "小", aliases: ["a", "b"], provider: "p", upstreamModel: "u", contextLength: 0,
                    capabilities: ["chat"], isDefault: true),
                ModelInfo(
                    name: "", aliases: [], provider: "", upstreamModel: "", contextLength: nil, capabilities: [],
                    isDefault: false),
            ])),
        MessageSample("full", CancelTarget(requestID: "00ff")),
        MessageSample("found", CancelOutcome(found: true)),
        MessageSample("not found", CancelOutcome(found: false)),
        MessageSample(
            "full",
            ConfigurationView(
                path: "/etc/配置.toml",
                settings: [
                    EffectiveSetting(key: "server.socket", value: "\"/s\"", source: .file),
                    EffectiveSetting(key: "k", value: "", source: .default),
                ])),
        MessageSample("empty", ConfigurationView(path: nil, settings: [])),
        MessageSample("full", RequestList(requests: RequestSummary.Phase.all.map(summary))),
        MessageSample("full", status),
        MessageSample("unknown state", laterStatus),
    ]
}

extension RequestSummary.Phase {
    fileprivate static let all: [Self] = [.waiting, .connecting, .waitingForFirstToken, .streaming, .finishing]
}

let fullError = GatewayError(
    code: StatusCode(99), reason: ErrorReason("llmgw.future.reason"), message: "出错了", retry: .after,
    retryAfter: .milliseconds(1500), origin: .upstream, upstreamStatus: 429, attempts: 2, provider: "p", model: "m",
    operation: "Chat", suggestion: "等一等", notProcessed: true, requestID: "0011")

private let fullUsage = Usage(
    inputTokens: 1, outputTokens: 0, cachedInputTokens: 3, reasoningTokens: .max, totalTokens: 5)

private let fullInfo = ReplyInfo(
    requestID: "id", model: "m", upstreamModel: "um", provider: "p", attempts: 3,
    latency: Latency(
        queue: .microseconds(1), firstToken: .zero, total: .microseconds(Int64(3)), overhead: .microseconds(4)),
    cost: Cost(micros: -5, currency: "EUR"), cache: .hit, upstreamID: "chatcmpl-1",
    source: .fallback,
    path: [
        AttemptInfo(
            model: "大", deployment: "a", provider: "供", reason: .rateLimited, httpStatus: 429,
            wait: .microseconds(Int64(7)),
            duration: .zero),
        AttemptInfo(
            model: "", deployment: "", provider: "", wait: .zero, duration: .microseconds(Int64(9)), firstToken: .zero,
            isHedge: true),
    ],
    cacheAge: .zero, cacheKey: "00ff", cacheSimilarity: 0.97, usageSource: .estimate)

private let fullSampling = Sampling(
    temperature: 0.7, topP: 0.1, maxTokens: 100, stop: ["停", ""], seed: .min, presencePenalty: -2, frequencyPenalty: 2,
    n: 3, logitBias: [.init(token: "50256", bias: -100), .init(token: "", bias: 0)], user: "用户")

let fullChat = ChatRequest(
    model: "模型",
    messages: [
        .system("你好"),
        ChatMessage(
            role: .user,
            content: .parts([
                .text("看"), .image(url: "https://example.org/ü.png", detail: "low"),
                .image(url: "data:image/png;base64,AA==", detail: nil), .json("{\"type\":\"file\"}"), .text(""),
            ]), name: "阿"),
        ChatMessage(
            role: .assistant, content: nil,
            toolCalls: [
                ToolCall(id: "c1", name: "天气", arguments: "{\"城市\":\"巴黎\"}"), ToolCall(id: "", name: "", arguments: ""),
            ],
            extra: "{\"cache\":true}"),
        .tool("晴", answering: "c1"),
        ChatMessage(role: .function, content: .text(""), name: "f"),
    ],
    sampling: fullSampling,
    tools: [
        Tool(name: "天气", description: "查天气", parameters: "{\"type\":\"object\"}", strict: true),
        Tool(name: "", description: "", strict: false), Tool(name: "bare"),
    ],
    toolChoice: .named("天气"), parallelToolCalls: true,
    responseFormat: .jsonSchema(name: "答", schema: "{}", description: "描", strict: false),
    extra: "{\"top_k\":5}", stream: true)

/// Every optional scalar is there, and zero: not the same as absent.
private let zeroChat = ChatRequest(
    model: "", messages: [.user("")],
    sampling: Sampling(
        temperature: 0, topP: 0, maxTokens: 0, seed: 0, presencePenalty: 0, frequencyPenalty: 0, n: 0, user: ""),
    toolChoice: ToolChoice.none, parallelToolCalls: false,
    responseFormat: .jsonSchema(name: "", schema: "", description: nil, strict: nil), extra: "")

private let choices: [ChatReply.Choice] = [
    .init(
        index: 0, text: "巴黎", toolCalls: [ToolCall(id: "1", name: "n", arguments: "not JSON {")], finishReason: .stop,
        refusal: "不", reasoning: "想"),
    .init(index: 1, finishReason: .toolCalls), .init(index: 2, finishReason: .other("")), .init(index: .max),
]

private func summary(_ phase: RequestSummary.Phase) -> RequestSummary {
    RequestSummary(
        requestID: "id", operation: "Chat", model: "m", provider: "p", phase: phase, age: .milliseconds(12),
        remaining: phase == .waiting ? nil : .zero, uid: 1000, pid: 1, clientName: "客",
        labels: [Label(key: "k", value: "值")],
        stream: phase == .streaming, bytesSent: .max)
}

private let counts = RequestCounts(requests: 4, succeeded: 1, failed: 2, cancelled: .max)

private let status = DaemonStatus(
    version: "1", pid: 2, uptime: .milliseconds(3), state: .draining, connections: 4, inFlight: 5, totals: counts,
    protocolErrors: 6, residentBytes: 7,
    providers: [
        ProviderStatus(
            name: "供", kind: "openai", baseURL: "http://[::1]", inFlight: 1, waiting: 2, maxConcurrency: 0, attempts: 4,
            failures: 5)
    ],
    models: [ModelStatus(name: "m", provider: "p", counts: counts, usage: fullUsage)],
    clients: [ClientStatus(uid: .max, connections: 1, streams: 2, requests: 3)],
    pauses: [somePause], waiting: 8, cache: someCacheCounts, costsToday: someCosts, problems: ["账本坏了", ""])

private let laterStatus: DaemonStatus = {
    var later = status
    later.state = .init(rawValue: "later")
    return later
}()
