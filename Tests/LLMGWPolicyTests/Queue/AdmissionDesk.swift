import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// A controller with one provider, and short words for what tests do with it.
struct AdmissionDesk {
    var controller = AdmissionController()
    let lanes: [LaneID]
    let provider: QuotaBook.AccountID
    var clients: [Int: QuotaBook.AccountID] = [:]
    var grants: [(client: Int, grant: AdmissionGrant, demand: QuotaDemand)] = []
    private var names: [WaitingTicket: (Int, QuotaDemand)] = [:]

    init(_ limits: [QuotaMetric: Int], lanes: [[QuotaMetric: Int]] = [[:]], maxWaiting: Int = 100_000) {
        provider = controller.account(.provider("p"), QuotaAccountSettings(limits: QuotaLimits(limits)))
        let queue = controller.addQueue("p", maxWaiting: maxWaiting)
        var ids: [LaneID] = []
        for (index, limits) in lanes.enumerated() {
            let own = controller.account(
                .deployment(model: "m", name: "\(index)"), QuotaAccountSettings(limits: QuotaLimits(limits)))
            ids.append(controller.addLane(queue: queue, accounts: [provider, own]))
        }
        self.lanes = ids
    }

    mutating func limit(_ client: Int, _ limits: [QuotaMetric: Int]) {
        clients[client] = controller.account(
            .client("\(client)"), QuotaAccountSettings(limits: QuotaLimits(limits)))
    }

    @discardableResult
    mutating func ask(
        _ client: Int, tokens: Int = 1, weight: Double = 1, _ priority: Priority = .normal, lane: Int = 0,
        latestStart: MonotonicInstant = .distantFuture, maxWaiting: Int = .max, isRepeat: Bool = false, at time: Double
    ) -> AdmissionController.Entry {
        let demand = QuotaDemand(inputTokens: tokens)
        let entry = controller.enter(
            AdmissionRequest(
                client: ClientID(index: client), weight: weight, priority: priority, lane: lanes[lane],
                accounts: clients[client].map { [$0] } ?? [], demand: demand, latestStart: latestStart,
                maxWaiting: maxWaiting, isRepeat: isRepeat), now: instant(time))
        switch entry {
        case .admitted(let grant): grants.append((client, grant, demand))
        case .waiting(let ticket, _): names[ticket] = (client, demand)
        case .refused: break
        }
        return entry
    }

    mutating func raise(_ ticket: WaitingTicket, to priority: Priority) -> WaitingTicket? {
        guard let raised = controller.raise(ticket, to: priority) else { return nil }
        names[raised] = names.removeValue(forKey: ticket)
        return raised
    }

    /// Lets go who may; the clients, in order.
    @discardableResult
    mutating func pump(at time: Double) -> [Int] {
        var gone: [Int] = []
        while let action = controller.next(now: instant(time)) {
            switch action {
            case .admit(let ticket, let grant):
                guard let (client, demand) = names.removeValue(forKey: ticket) else {
                    Issue.record("nobody waits by this name")
                    continue
                }
                grants.append((client, grant, demand))
                gone.append(client)
            case .refuse(let ticket, _): names[ticket] = nil
            }
        }
        return gone
    }

    /// Ends the oldest request that goes on.
    mutating func endFirst(using tokens: Int? = nil, at time: Double) {
        let (_, grant, demand) = grants.removeFirst()
        let usage = Usage(inputTokens: UInt64(tokens ?? demand.inputTokens), outputTokens: 0)
        _ = controller.settleAttempt(grant, .used(usage), now: instant(time))
        _ = controller.settleRequest(grant, .used(usage), now: instant(time))
    }

    private func instant(_ time: Double) -> MonotonicInstant { at(time) }
}
