import LLMGWCore
import LLMGWJSON

extension JSONView {
    /// The body of a successful answer.
    init(answer body: [UInt8]) throws(GatewayError) {
        guard let document = JSONDocument(body) else { throw .malformedAnswer("is not valid JSON") }
        self = document.value
    }
}
