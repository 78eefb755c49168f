import LLMGWCore
import LLMGWJSON

extension JSONWriter {
    /// A member that is a number, if there is one. `path` names the field in the error.
    mutating func number(_ key: StaticString, _ value: Double?, _ path: String) throws(GatewayError) {
        guard let value else { return }
        guard value.isFinite else { throw .invalid(path, "is not a finite number") }
        self.key(key)
        double(value)
    }
}
