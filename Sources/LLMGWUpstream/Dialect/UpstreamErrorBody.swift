import LLMGWCore
import LLMGWJSON

/// The error object that an upstream sends: as the body of a failed request, inside a stream, or, against all rules, with status 200.
struct UpstreamErrorBody: Sendable, Equatable {
    var type: String?
    var code: String?
    var message: String?

    /// Nil if this is no error.
    init?(_ json: JSONView) {
        guard let error = json["error"] else { return nil }
        if let message = error.string {
            self.message = message
            return
        }
        guard error.isObject else { return nil }
        type = error["type"]?.string
        code =
            error["code"]?.string ?? error["code"]?.unsigned.map(String.init) ?? error["details"]?["error_code"]?.string
        message = error["message"]?.string
    }

    init?(_ bytes: [UInt8]) {
        guard let document = JSONDocument(bytes) else { return nil }
        self.init(document.value)
    }

    init(type: String? = nil, code: String? = nil, message: String? = nil) {
        self.type = type
        self.code = code
        self.message = message
    }
}
