import LLMGWCore
import LLMGWPolicy

/// Answers that need no upstream: they count among their client's requests all the same, and take nothing else.
extension QuotaDesk {
    /// Whether the request may have its answer now; it is counted then.
    func passes(_ client: QuotaClient, model: String) -> Bool { turn(client, model) <= scheduler.now }

    /// Waits until it may; false if it may at once. Throws when it cannot before its deadline, or is cancelled.
    func awaitTurn(_ client: QuotaClient, model: String, _ execution: Execution) async throws(GatewayError) -> Bool {
        var hasWaited = false
        while true {
            let turn = turn(client, model)
            let now = scheduler.now
            guard turn > now else { return hasWaited }
            guard turn < execution.deadline else { throw GatewayError(.tooLate(retryAfter: turn - now)) }
            defer { execution.queueTime += scheduler.now - now }
            hasWaited = true
            try await execution.pause(until: turn, scheduler)
        }
    }

    /// When it is the request's turn; counts it if that is now.
    private func turn(_ client: QuotaClient, _ model: String) -> MonotonicInstant {
        // Most clients have no such limits, and hits are many.
        guard client.settings.limitsRequests(of: model) else { return scheduler.now }
        let now = scheduler.now
        let (turn, taken) = controller.pass(in: accounts(of: client, model: model), now: now)
        if let taken {
            journal?.notePassed(taken, controller.book)
            controller.settlePassed(taken, now: now)
        }
        return turn
    }
}

extension ClientSettings {
    fileprivate func limitsRequests(of model: String) -> Bool {
        let all = [limits, modelLimits[model] ?? QuotaLimits()]
        return all.contains { $0[.requestsPerMinute] != nil || $0[.requestsPerDay] != nil }
    }
}
