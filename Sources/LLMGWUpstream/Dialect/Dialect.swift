import LLMGWCore
import LLMGWJSON

/// The API of one kind of upstream: all that an exchange has to know of it. A dialect has no state; what a stream needs to remember is in
/// its decoder.
protocol Dialect: Sendable {
    /// For people: the mark that ends a stream.
    var endMark: String { get }
    /// The header (in lower case) with the upstream's own name for an answer, where the answer itself has none.
    var requestIDHeader: String { get }

    /// Puts an operation into the upstream's words. Throws with the field's place what those words cannot say.
    func request(
        for operation: UpstreamOperation, provider: ProviderSettings, upstreamModel: String
    ) throws(GatewayError) -> HTTPRequest

    /// Reads a whole answer.
    func decode(_ answer: JSONView, for operation: UpstreamOperation) throws(GatewayError) -> UpstreamAnswer.Body

    func makeStreamDecoder(for operation: UpstreamOperation) -> any StreamDecoder

    /// What a failed answer means. `status` is 200 for an error inside a successful one.
    func reason(status: Int, _ body: UpstreamErrorBody) -> ErrorReason

    /// When the upstream wants to be asked again, where it says.
    func retryAfter(_ head: HTTPHead, _ body: UpstreamErrorBody) -> Duration?
}

extension Dialect {
    func retryAfter(_ head: HTTPHead, _ body: UpstreamErrorBody) -> Duration? { head.retryAfter }

    /// The error that a failed answer is. What the upstream itself says of repeating it (`x-should-retry`) comes before what its class says.
    func error(
        status: Int, _ body: UpstreamErrorBody, head: HTTPHead?, provider: ProviderSettings
    ) -> GatewayError {
        var error = GatewayError(
            reason(status: status, body), status: status, body, retryAfter: head.flatMap { retryAfter($0, body) },
            provider: provider)
        switch head?["x-should-retry"] {
        case "false": error.retry = .never
        // Credit does not come back by asking again.
        case "true" where error.retry == .never && error.reason != .quotaExhausted:
            error.retry = error.retryAfter == nil ? .safe : .after
        default: break
        }
        return error
    }
}

/// Reads the events of one streamed answer. An event that is not understood throws; a stream that ends before `.done` is for the caller to
/// refuse.
protocol StreamDecoder: Sendable {
    typealias Output = StreamOutput

    /// One event's data. An event may carry several outputs.
    mutating func decode(_ data: [UInt8]) throws(GatewayError) -> [StreamOutput]

    /// The answer without its content, which was streamed.
    var answer: UpstreamAnswer.Body { get }
}

/// What an event of a stream brings.
enum StreamOutput: Equatable {
    case chat(ChatChunk)
    case complete(CompleteChunk)
    /// Nothing for the reader: usage, a role, a ping.
    case nothing
    case done
    /// The upstream reports a failure inside the stream.
    case failure(UpstreamErrorBody)
}

extension ProviderSettings.Kind {
    var dialect: any Dialect {
        switch self {
        case .openai: OpenAIDialect()
        case .anthropic: AnthropicDialect()
        }
    }
}
