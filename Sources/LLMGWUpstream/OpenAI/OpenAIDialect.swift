import LLMGWCore
import LLMGWJSON

/// The OpenAI API, and everything that is compatible with it.
struct OpenAIDialect: Dialect {
    var endMark: String { "[DONE]" }
    var requestIDHeader: String { "x-request-id" }

    func request(
        for operation: UpstreamOperation, provider: ProviderSettings, upstreamModel: String
    ) throws(GatewayError) -> HTTPRequest {
        try OpenAIRequestEncoder(provider: provider, upstreamModel: upstreamModel).encode(operation)
    }

    func decode(_ answer: JSONView, for operation: UpstreamOperation) throws(GatewayError) -> UpstreamAnswer.Body {
        try OpenAIReplyDecoder.decode(answer, for: operation)
    }

    func makeStreamDecoder(for operation: UpstreamOperation) -> any StreamDecoder {
        OpenAIStreamDecoder(isChat: operation.isChat)
    }

    func reason(status: Int, _ body: UpstreamErrorBody) -> ErrorReason {
        OpenAIErrorClassifier.reason(status: status, body)
    }

    func retryAfter(_ head: HTTPHead, _ body: UpstreamErrorBody) -> Duration? {
        head.retryAfter ?? body.message.flatMap(OpenAIErrorClassifier.retryAfter)
    }
}
