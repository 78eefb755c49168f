import LLMGWCore
import LLMGWUpstream

/// Hears one attempt.
@GatewayLoop
final class AttemptRecorder: UpstreamReceiver {
    private(set) var connections = 0
    private(set) var texts: [String] = []
    private(set) var results: [Result<UpstreamAnswer, GatewayError>] = []
    /// Called with every chunk.
    var onChunk: (() -> Void)?

    nonisolated init() {}

    var error: GatewayError? {
        if case .failure(let error)? = results.first { error } else { nil }
    }

    var answer: UpstreamAnswer? {
        if case .success(let answer)? = results.first { answer } else { nil }
    }

    func upstreamAnswered(_ head: HTTPHead) {}
    func upstreamConnected() { connections += 1 }

    func upstreamReceived(_ chunk: ChatChunk) {
        texts.append(chunk.text ?? "-")
        onChunk?()
    }

    func upstreamReceived(_ chunk: CompleteChunk) {
        texts.append(chunk.text ?? "-")
        onChunk?()
    }

    func upstreamFinished(_ result: Result<UpstreamAnswer, GatewayError>) { results.append(result) }
}
