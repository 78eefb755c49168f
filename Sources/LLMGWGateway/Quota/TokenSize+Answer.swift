import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

extension TokenSize {
    /// What a whole answer says. One that came in pieces says nothing more: its pieces were counted as they came.
    mutating func add(_ body: UpstreamAnswer.Body) {
        switch body {
        case .chat(let reply):
            for choice in reply.choices {
                add(choice.text)
                add(choice.reasoning)
                add(choice.refusal)
                for call in choice.toolCalls { add(call.arguments) }
            }
        case .complete(let reply):
            for choice in reply.choices { add(choice.text) }
        case .embed, .models: break
        }
    }
}
