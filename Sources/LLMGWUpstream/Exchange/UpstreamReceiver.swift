public import LLMGWCore

/// Hears what an exchange brings. Exactly one `upstreamFinished` comes, as the last call; after `cancel` none.
@GatewayLoop
public protocol UpstreamReceiver: AnyObject {
    /// The request is being sent.
    func upstreamConnected()
    /// Status and headers of the answer are there.
    func upstreamAnswered(_ head: HTTPHead)
    func upstreamReceived(_ chunk: ChatChunk)
    func upstreamReceived(_ chunk: CompleteChunk)
    func upstreamFinished(_ result: Result<UpstreamAnswer, GatewayError>)
}
