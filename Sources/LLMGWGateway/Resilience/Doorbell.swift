import LLMGWCore

/// Wakes those who wait for a deployment to open, when something happened that may have opened one.
@GatewayLoop
final class Doorbell {
    private var waiting: [UInt64: @GatewayLoop () -> Void] = [:]
    private var last: UInt64 = 0
    private var ringsForEver = false

    /// `action` is called at the next ring, once.
    func onRing(_ action: @escaping @GatewayLoop () -> Void) -> UInt64 {
        last += 1
        if ringsForEver { action() } else { waiting[last] = action }
        return last
    }

    func forget(_ number: UInt64) { waiting[number] = nil }

    func ring() {
        let woken = waiting
        waiting = [:]
        for action in woken.sorted(by: { $0.key < $1.key }) { action.value() }
    }

    /// Whoever comes later hears it, too.
    func ringForEver() {
        ringsForEver = true
        ring()
    }
}

extension Execution {
    /// Waits until `instant`, or until the bell rings. Throws when the work is given up meanwhile.
    func pause(
        until instant: MonotonicInstant, orRingOf bell: Doorbell? = nil, _ scheduler: any LoopScheduler
    ) async throws(GatewayError) {
        try await wait(until: instant, orRingOf: bell, scheduler)
    }

    /// As `pause`, and without an end of its own where `instant` is nil.
    func wait(
        until instant: MonotonicInstant?, orRingOf bell: Doorbell?, _ scheduler: any LoopScheduler
    ) async throws(GatewayError) {
        try checkCancellation()
        let wait = Pause()
        let timer = instant.map { scheduler.schedule(at: $0) { wait.end(nil) } }
        let number = bell?.onRing { wait.end(nil) }
        interrupt = { wait.end($0) }
        let error = await wait.outcome()
        interrupt = nil
        timer?.cancel()
        if let number { bell?.forget(number) }
        if let error { throw error }
        try checkCancellation()
    }
}

/// A wait with several who may end it; the first one does.
@GatewayLoop
private final class Pause {
    private var isOver = false
    private var error: GatewayError?
    private var continuation: CheckedContinuation<GatewayError?, Never>?

    func end(_ error: GatewayError?) {
        guard !isOver else { return }
        isOver = true
        self.error = error
        continuation?.resume(returning: error)
        continuation = nil
    }

    func outcome() async -> GatewayError? {
        if isOver { return error }
        return await withCheckedContinuation { continuation = $0 }
    }
}
