import LLMGWCore
import LLMGWWire
import Logging

/// What the log says of a call: never what was asked or answered, and of a failure its reason only, as an upstream's words can repeat the
/// prompt.
extension Call {
    /// Of what a client says of itself, so much is kept.
    private static let maxClientName = 64

    var logMetadata: Logger.Metadata {
        [
            "llmgw-request-id": "\(execution.requestID)", "llmgw-method": "\(method.operation)",
            "llmgw-client": "\(String(clientName.prefix(Self.maxClientName)))",
            "llmgw-peer-uid": .stringConvertible(peer.uid), "llmgw-peer-pid": .stringConvertible(peer.pid),
        ]
    }

    /// "ok", or the reason of its failure.
    var outcome: String { failure.map { "\($0.reason)" } ?? "ok" }

    /// Once it has ended.
    func endMetadata(now: MonotonicInstant) -> Logger.Metadata {
        var metadata = logMetadata
        metadata["llmgw-outcome"] = "\(outcome)"
        metadata["llmgw-duration-us"] = .stringConvertible((now - execution.started).wholeMicroseconds)
        guard method.service == "Gateway" else { return metadata }
        metadata["llmgw-queue-us"] = .stringConvertible(execution.queueTime.wholeMicroseconds)
        metadata["llmgw-attempts"] = .stringConvertible(execution.attempts)
        let model = failure?.model ?? model
        if !model.isEmpty { metadata["llmgw-model"] = "\(model)" }
        let provider = failure?.provider ?? provider
        if !provider.isEmpty { metadata["llmgw-provider"] = "\(provider)" }
        if let status = failure?.upstreamStatus { metadata["llmgw-http-status"] = .stringConvertible(status) }
        return metadata
    }
}
