import LLMGWCore
import LLMGWJSON
import LLMGWWire

@testable import LLMGWUpstream

/// A request that can be decoded is, encoded again, the same request, has a canonical form, and can be said to every upstream, or is refused.
enum RequestsTarget {
    static func test(_ input: [UInt8]) {
        guard input.count >= 2 else { return }
        test(method: UInt16(input[0]) << 8 | UInt16(input[1]), Array(input[2...]), MessageCodec())
    }

    static func test(method number: UInt16, _ body: [UInt8], _ codec: MessageCodec) {
        guard let method = Method(rawValue: number) else {
            // What comes before all methods.
            roundTrip(ClientHello.self, body, codec)
            roundTrip(CallEnvelope.self, body, codec)
            return
        }
        switch method {
        case .ping: roundTrip(PingPayload.self, body, codec)
        case .chat:
            roundTrip(ChatRequest.self, body, codec).map { send(.chat($0)) }
            canonical(.chat, body, codec)
        case .complete:
            roundTrip(CompleteRequest.self, body, codec).map { send(.complete($0)) }
            canonical(.complete, body, codec)
        case .embed:
            roundTrip(EmbedRequest.self, body, codec).map { send(.embed($0)) }
            canonical(.embed, body, codec)
        case .batch: roundTrip(BatchRequest.self, body, codec)
        case .cancelRequest: roundTrip(CancelTarget.self, body, codec)
        case .setBreaker: roundTrip(BreakerCommand.self, body, codec)
        case .testModels: roundTrip(ModelTestTarget.self, body, codec)
        case .explain: roundTrip(TraceTarget.self, body, codec)
        case .getUsage: roundTrip(UsageReportQuery.self, body, codec)
        case .getCacheEntry: roundTrip(CacheEntryQuery.self, body, codec)
        case .purgeCache: roundTrip(CachePurge.self, body, codec)
        case .reload: roundTrip(ReloadCommand.self, body, codec)
        case .drain: roundTrip(DrainCommand.self, body, codec)
        case .upgrade: roundTrip(UpgradeCommand.self, body, codec)
        case .pause: roundTrip(PauseCommand.self, body, codec)
        case .resume: roundTrip(ResumeCommand.self, body, codec)
        case .watchEvents: roundTrip(EventFilter.self, body, codec)
        case .listSlowRequests: roundTrip(SlowRequestQuery.self, body, codec)
        case .getLatency: roundTrip(LatencyQuery.self, body, codec)
        case .getMetrics: roundTrip(MetricsQuery.self, body, codec)
        case .getInfo, .getSchema, .listModels, .status, .listRequests, .getConfig, .listDeployments, .listBreakers,
            .listAlerts, .listLimits, .listQueues, .listClients, .listBudgets, .getCacheStats:
            roundTrip(EmptyRequest.self, body, codec)
        }
    }

    @discardableResult
    private static func roundTrip<Message: WireMessage>(
        _ type: Message.Type, _ bytes: [UInt8], _ codec: MessageCodec
    ) -> Message? {
        guard let message = try? Message.decode(bytes, with: codec) else { return nil }
        // Bytes are compared, because a number can be none, which equals nothing.
        let encoded = message.encode(with: codec)
        let again = try? Message.decode(encoded, with: codec)
        expect(again?.encode(with: codec) == encoded, "\(type) is another one after it was encoded")
        return message
    }

    private static func canonical(_ kind: CanonicalRequest.Kind, _ bytes: [UInt8], _ codec: MessageCodec) {
        guard let form = codec.canonical(kind, bytes, json: { CanonicalJSON.bytes($0, ignoring: $1) }) else { return }
        expect(
            codec.canonical(kind, bytes, json: { CanonicalJSON.bytes($0, ignoring: $1) }) == form,
            "a request has two canonical forms")
    }

    private static let provider = ProviderSettings(name: "p", baseURL: "https://example.org/v1", key: Secret("sk-1"))

    private static func send(_ operation: UpstreamOperation) {
        for dialect in ProviderSettings.Kind.allCases.map(\.dialect) {
            guard let request = try? dialect.request(for: operation, provider: provider, upstreamModel: "模型") else {
                continue
            }
            expect(JSONDocument(request.body)?.value.isObject == true, "a request's body is not a JSON object")
            expect(!request.headers.contains { $0.contains("\n") }, "a request's header has a second line")
        }
    }
}
