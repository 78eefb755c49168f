import LLMGWCore

extension HTTPRequest {
    /// A request to a provider: a GET where there is no body. `headers` are the dialect's own, after the provider's.
    init(to provider: ProviderSettings, path: String, headers: [String], body: [UInt8]?, isStream: Bool) {
        var lines = provider.headers.map { "\($0.name): \($0.value.reveal())" } + headers
        if body != nil { lines.append("Content-Type: application/json") }
        lines.append("Accept: \(isStream ? "text/event-stream" : "application/json")")
        lines.append("User-Agent: llmgw/\(Version.current)")
        self.init(
            method: body == nil ? .get : .post, url: provider.baseURL + path, headers: lines, body: body ?? [],
            httpVersion: provider.httpVersion, caFile: provider.caFile, connectTimeout: provider.timeouts.connect)
    }
}
