import LLMGWCore

/// What is asked, how often, and by how many at once.
struct BenchPlan: Sendable {
    var model: String?
    var connections: Int
    /// Requests in flight, over all connections.
    var concurrency: Int
    /// Nil where only the time ends the run.
    var requests: Int?
    /// No request begins after it.
    var duration: Duration?
    var stream: Bool
    var promptBytes: Int
    var maxTokens: UInt32
    /// Ask the same every time, for what the cache makes of it.
    var samePrompt: Bool
    var cache: CacheControl.Mode?

    /// The question of a number: all differ, unless they are to be the same. Never shorter than its number.
    func request(_ number: Int) -> ChatRequest {
        let beginning = "\(samePrompt ? 0 : number): "
        let filler = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: promptBytes / 45 + 1)
        let text = String((beginning + filler).prefix(max(promptBytes, beginning.utf8.count)))
        var request = ChatRequest(model: model, messages: [.user(text)])
        request.sampling.maxTokens = maxTokens
        return request
    }
}
