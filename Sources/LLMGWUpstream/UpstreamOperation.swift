public import LLMGWCore

/// What an upstream is asked to do. The model's default parameters are filled in already.
public enum UpstreamOperation: Sendable {
    case chat(ChatRequest)
    case complete(CompleteRequest)
    case embed(EmbedRequest)
    case listModels

    public var isStream: Bool {
        switch self {
        case .chat(let request): request.stream
        case .complete(let request): request.stream
        case .embed, .listModels: false
        }
    }

    var isChat: Bool { if case .chat = self { true } else { false } }
}

/// A complete answer.
public struct UpstreamAnswer: Sendable, Equatable {
    public var body: Body
    /// From the start of the attempt to the first content.
    public var firstContent: Duration?
    /// From the start of the attempt to its end.
    public var upstreamTime: Duration
    /// The upstream's own name for the answer.
    public var upstreamID: String?

    public enum Body: Sendable, Equatable {
        /// After a stream, the choices carry only how they ended.
        case chat(ChatReply)
        case complete(CompleteReply)
        case embed([[Float]], usage: Usage?, model: String?)
        case models([String])
    }

    public init(body: Body, firstContent: Duration?, upstreamTime: Duration, upstreamID: String?) {
        self.body = body
        self.firstContent = firstContent
        self.upstreamTime = upstreamTime
        self.upstreamID = upstreamID
    }
}
