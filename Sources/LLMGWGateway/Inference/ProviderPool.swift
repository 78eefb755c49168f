import LLMGWCore
import LLMGWPolicy

/// The places at one provider, and who waits for them.
@GatewayLoop
final class ProviderPool {
    let settings: ProviderSettings
    private var gate: ConcurrencyGate
    private let scheduler: any LoopScheduler
    private var waiters: [ConcurrencyGate.Ticket: CheckedContinuation<GatewayError?, Never>] = [:]

    init(_ settings: ProviderSettings, scheduler: any LoopScheduler) {
        self.settings = settings
        self.gate = ConcurrencyGate(limit: settings.maxConcurrency, maxQueue: settings.maxQueue)
        self.scheduler = scheduler
    }

    var inFlight: Int { gate.insideCount }
    var waiting: Int { gate.waitingCount }

    /// Waits for a place. Throws when the request is cancelled, its time is up, or too many wait.
    func enter(
        _ execution: Execution, _ onWait: @GatewayLoop (_ ahead: Int) -> Void
    ) async throws(GatewayError) -> ConcurrencyGate.Ticket {
        try execution.checkCancellation()
        switch gate.enter() {
        case .admitted(let ticket):
            return ticket
        case .full:
            var error = GatewayError(
                .queueFull, "\(settings.maxQueue) requests wait for the provider (providers.\(settings.name).max_queue)"
            )
            error.provider = settings.name
            error.notProcessed = true
            throw error
        case .waiting(let ticket, let ahead):
            onWait(ahead)
            try await wait(ticket, execution)
            return ticket
        }
    }

    private func wait(_ ticket: ConcurrencyGate.Ticket, _ execution: Execution) async throws(GatewayError) {
        let since = scheduler.now
        let timer = scheduler.schedule(at: execution.deadline) { [weak self] in
            self?.giveUp(ticket, .deadline(notProcessed: true))
        }
        execution.interrupt = { [weak self] error in
            var error = error
            error.notProcessed = true
            if error.retry == .ambiguous { error.retry = .safe }
            self?.giveUp(ticket, error)
        }
        let failure = await withCheckedContinuation { waiters[ticket] = $0 }
        timer.cancel()
        execution.interrupt = nil
        execution.queueTime += scheduler.now - since
        if let failure { throw failure }
        if let cancellation = execution.cancellation {
            // Admitted and cancelled in the same turn of the loop.
            leave(ticket)
            throw cancellation
        }
    }

    private func giveUp(_ ticket: ConcurrencyGate.Ticket, _ error: GatewayError) {
        guard let waiter = waiters.removeValue(forKey: ticket) else { return }
        _ = gate.leave(ticket)
        waiter.resume(returning: error)
    }

    /// Gives the place to whoever is next.
    func leave(_ ticket: ConcurrencyGate.Ticket) {
        guard let next = gate.leave(ticket) else { return }
        waiters.removeValue(forKey: next)?.resume(returning: nil)
    }
}
