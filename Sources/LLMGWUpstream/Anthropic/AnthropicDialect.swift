import LLMGWCore
import LLMGWJSON

/// Anthropic's Messages API. docs/dialects.md tells what becomes of each field.
struct AnthropicDialect: Dialect {
    var endMark: String { "message_stop" }
    var requestIDHeader: String { "request-id" }

    func request(
        for operation: UpstreamOperation, provider: ProviderSettings, upstreamModel: String
    ) throws(GatewayError) -> HTTPRequest {
        try AnthropicRequestEncoder(provider: provider, upstreamModel: upstreamModel).encode(operation)
    }

    func decode(_ answer: JSONView, for operation: UpstreamOperation) throws(GatewayError) -> UpstreamAnswer.Body {
        try AnthropicReplyDecoder.decode(answer, for: operation)
    }

    func makeStreamDecoder(for operation: UpstreamOperation) -> any StreamDecoder { AnthropicStreamDecoder() }

    func reason(status: Int, _ body: UpstreamErrorBody) -> ErrorReason {
        AnthropicErrorClassifier.reason(status: status, body)
    }

    func retryAfter(_ head: HTTPHead, _ body: UpstreamErrorBody) -> Duration? {
        head.retryAfter ?? body.message.flatMap { AnthropicErrorClassifier.retryAfter($0, head) }
    }
}

extension GatewayError {
    /// A method that the Messages API does not have.
    static func notInAnthropic(_ method: String) -> GatewayError {
        GatewayError(
            .unsupported, "Anthropic's API has no counterpart of \(method); choose a model of another provider")
    }
}
