import LLMGWCore

/// One piece of work that may be given up: a client's call, an item of a batch, a merged embedding.
///
/// Cancelling is an event with one owner: whoever waits on behalf of the work sets `interrupt`, and gets the error that ends it.
@GatewayLoop
final class Execution {
    let requestID: RequestID
    let started: MonotonicInstant
    let deadline: MonotonicInstant
    /// When a transfer for it ends at the latest. Later than the deadline where others wait for the same transfer.
    let transferDeadline: MonotonicInstant
    /// On whose behalf; nil for what the daemon does by itself.
    let caller: Caller?
    /// How urgent it is: as its caller says, or as the most urgent of those says who wait for it too.
    private(set) var priority: Priority
    /// Has the wait for a place go on in another band. Set while there is one.
    var onRaise: (@GatewayLoop (Priority) -> Void)?
    /// "Chat", "Embed", …
    let operation: String
    var phase = RequestSummary.Phase.waiting {
        didSet { onPhase?(phase) }
    }
    /// Hears of every phase, on behalf of those who wait for this work.
    var onPhase: (@GatewayLoop (RequestSummary.Phase) -> Void)?
    var attempts: UInt32 = 0
    /// Whether another attempt may follow one that failed.
    var mayRepeat = true
    /// The answer is sent in pieces.
    var isStream = false
    var queueTime = Duration.zero
    var spending = Spending()
    /// Why the work is to end early; set once.
    private(set) var cancellation: GatewayError?
    /// Ends the present wait with this error. Set while there is one.
    var interrupt: (@GatewayLoop (GatewayError) -> Void)?

    init(
        requestID: RequestID, started: MonotonicInstant, deadline: MonotonicInstant,
        transferDeadline: MonotonicInstant? = nil, caller: Caller? = nil, operation: String = ""
    ) {
        self.requestID = requestID
        self.started = started
        self.deadline = deadline
        self.transferDeadline = transferDeadline ?? deadline
        self.caller = caller
        self.priority = caller?.priority ?? .normal
        self.operation = operation
    }

    /// The caller's name; empty for what the daemon does by itself.
    var clientName: String { caller?.client.name ?? "" }

    /// Somebody waits for it who is more urgent, or not.
    func raise(to priority: Priority) {
        guard priority.rawValue < self.priority.rawValue else { return }
        self.priority = priority
        onRaise?(priority)
    }

    func cancel(_ error: GatewayError) {
        guard cancellation == nil else { return }
        cancellation = error
        let interrupt = self.interrupt
        self.interrupt = nil
        interrupt?(error)
    }

    /// For the places where work goes on after a wait.
    func checkCancellation() throws(GatewayError) {
        if let cancellation { throw cancellation }
    }

    /// A part of this work, with an end of its own.
    func child() -> Execution {
        Execution(requestID: requestID, started: started, deadline: deadline, caller: caller, operation: operation)
    }
}

extension GatewayError {
    /// The caller's time ran out.
    static func deadline(notProcessed: Bool) -> GatewayError {
        var error = GatewayError(.deadlineExceeded, "the request's time ran out")
        error.notProcessed = notProcessed
        if notProcessed { error.retry = .safe }
        return error
    }
}
