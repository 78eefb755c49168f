import LLMGWCore
import LLMGWJSON

extension RawJSON {
    /// Checks that this is one JSON object, so that it can be put into a larger document. `path` names the field in the error.
    @discardableResult
    func requireObject(_ path: @autoclosure () -> String) throws(GatewayError) -> CallerJSON {
        guard let json = CallerJSON(text) else {
            throw .invalid(path(), "is not valid JSON, or has two members of one name")
        }
        guard json.isObject else { throw .invalid(path(), "is not a JSON object") }
        return json
    }

    /// Checks that this is one JSON object whose members repeat none of the fields that have a place of their own.
    func requireMembers(beside reserved: [String: String], _ path: @autoclosure () -> String) throws(GatewayError) {
        for (name, _) in try requireObject(path()).members {
            if let field = reserved[name] { throw .invalid("\(path()).\(name)", "repeats the field \(field)") }
        }
    }
}

extension GatewayError {
    /// A request that cannot be sent as it is.
    static func invalid(_ path: String, _ problem: String) -> GatewayError {
        var error = GatewayError(.invalidRequest, "\(path) \(problem)")
        error.notProcessed = true
        return error
    }
}
