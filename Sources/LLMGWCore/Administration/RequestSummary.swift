/// One request in flight, as `llmgw-ctl requests` shows it.
public struct RequestSummary: Sendable, Hashable {
    public var requestID: String
    /// "Chat", "Embed", …
    public var operation: String
    public var model: String
    public var provider: String
    public var phase: Phase
    public var age: Duration
    public var remaining: Duration?
    public var uid: UInt32
    public var pid: UInt32
    /// What the client called itself: a claim, not an identity.
    public var clientName: String
    public var labels: [Label]
    public var stream: Bool
    public var bytesSent: UInt64

    public enum Phase: String, Sendable {
        case waiting, connecting, waitingForFirstToken = "waiting for first token", streaming, finishing
    }

    public init(
        requestID: String, operation: String, model: String, provider: String, phase: Phase, age: Duration,
        remaining: Duration?, uid: UInt32, pid: UInt32, clientName: String, labels: [Label], stream: Bool,
        bytesSent: UInt64
    ) {
        self.requestID = requestID
        self.operation = operation
        self.model = model
        self.provider = provider
        self.phase = phase
        self.age = age
        self.remaining = remaining
        self.uid = uid
        self.pid = pid
        self.clientName = clientName
        self.labels = labels
        self.stream = stream
        self.bytesSent = bytesSent
    }
}
