import LLMGWCore

/// The calls in flight.
@GatewayLoop
final class CallTable {
    private var calls: [RequestID: Call] = [:]
    private var waiters: [@GatewayLoop () -> Void] = []

    var count: Int { calls.count }
    var all: [Call] { calls.values.sorted { $0.execution.requestID.number < $1.execution.requestID.number } }

    subscript(id: RequestID) -> Call? { calls[id] }

    func add(_ call: Call) {
        calls[call.execution.requestID] = call
    }

    func remove(_ call: Call) {
        calls[call.execution.requestID] = nil
        guard calls.isEmpty else { return }
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter() }
    }

    /// Runs `action` once no call is in flight: now, or later.
    func whenEmpty(_ action: @escaping @GatewayLoop () -> Void) {
        if calls.isEmpty { action() } else { waiters.append(action) }
    }
}
