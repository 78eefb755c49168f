import LLMGWCore
import LLMGWPolicy

/// A request as the semantic cache sees it: one question, and what has to be equal beside it.
struct SemanticQuestion: Sendable {
    /// Which has it embedded.
    let cache: SemanticCache
    let text: String
    let prompt: PromptGuard
    /// The request's address without the question: scope, model, system prompt and every parameter.
    let group: CacheKey
    let threshold: Double
}

extension ChatRequest {
    /// Where in the request its only question stands; nil where there is more to answer than one plain text.
    private var questionIndex: Int? {
        guard let last = messages.indices.last, messages[last].role == .user, messages[last].toolCalls.isEmpty,
            tools.isEmpty, messages.dropLast().allSatisfy({ $0.role == .system })
        else { return nil }
        return last
    }

    var soleQuestion: String? {
        switch questionIndex.flatMap({ messages[$0].content }) {
        case .text(let text): text
        case .parts(let parts):
            if case .text(let text)? = parts.first, parts.count == 1 { text } else { nil }
        case nil: nil
        }
    }

    /// The request with another text for its question.
    func asking(_ text: String) -> ChatRequest {
        var request = self
        if let index = questionIndex { request.messages[index].content = .text(text) }
        return request
    }
}
