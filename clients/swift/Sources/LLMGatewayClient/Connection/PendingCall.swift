import LLMGWCore
internal import LLMGWWire
internal import NIOCore

/// What a connection keeps of one call, until its program has taken the end.
struct PendingCall {
    typealias Outcome = Result<CallEvent, GatewayError>

    /// Nil while the call waits for a free stream.
    var stream: UInt32?
    var head = ReplyHead()
    /// Chunks that nobody has taken yet: at most as many bytes as the stream has credit.
    private var chunks = CircularBuffer<[UInt8]>(initialCapacity: 4)
    /// How it ended. After it nothing comes.
    private(set) var outcome: Outcome?
    private var waiter: CheckedContinuation<Outcome, Never>?
    var timer: Scheduled<Void>?

    var hasEnded: Bool { outcome != nil }

    /// What there is to take without waiting.
    mutating func take() -> Outcome? {
        chunks.popFirst().map { .success(.chunk($0)) } ?? outcome
    }

    mutating func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
        precondition(waiter == nil, "a call is read by one task at a time")
        waiter = continuation
    }

    mutating func deliver(chunk: [UInt8]) {
        guard let waiter else { return chunks.append(chunk) }
        self.waiter = nil
        waiter.resume(returning: .success(.chunk(chunk)))
    }

    /// Only the first end counts.
    mutating func end(_ outcome: Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        timer?.cancel()
        waiter?.resume(returning: outcome)
        waiter = nil
    }
}
