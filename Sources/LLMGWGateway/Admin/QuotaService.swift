import LLMGWCore
import LLMGWWire

/// What people see of quota. Callers who are not administrators see providers and models, and of the clients those of their own uid.
@GatewayLoop
final class QuotaService {
    private let inspection: (any QuotaInspection)?
    private let administrators: Administrators

    /// `inspection` is nil where the gateway has no quota.
    init(inspection: (any QuotaInspection)?, administrators: Administrators) {
        self.inspection = inspection
        self.administrators = administrators
    }

    func limits(for peer: PeerIdentity) throws(GatewayError) -> LimitList {
        let inspection = try inspection.required(for: .listLimits)
        let visible = visibleClients(of: peer, inspection)
        return LimitList(limits: inspection.limits().filter { Self.isVisible($0.scope, to: visible) })
    }

    func queues(for peer: PeerIdentity) throws(GatewayError) -> QueueReport {
        let inspection = try inspection.required(for: .listQueues)
        var report = inspection.queues()
        if !administrators.contains(peer) { report.queues.removeAll { $0.uid != peer.uid } }
        return report
    }

    func clients(for peer: PeerIdentity) throws(GatewayError) -> ClientList {
        let inspection = try inspection.required(for: .listClients)
        let everybody = administrators.contains(peer)
        return ClientList(clients: inspection.clients().filter { everybody || $0.uid == peer.uid })
    }

    func usage(_ call: Call) async throws(GatewayError) {
        call.finish(try await usage(try call.request(), for: call.peer))
    }

    /// A client of another uid looks the same as one that has used nothing.
    func usage(_ query: UsageReportQuery, for peer: PeerIdentity) async throws(GatewayError) -> UsageReport {
        let inspection = try inspection.required(for: .getUsage)
        try query.validate()
        return try await inspection.usage(query, ofClients: visibleClients(of: peer, inspection))
    }

    func budgets(for peer: PeerIdentity) throws(GatewayError) -> BudgetList {
        let inspection = try inspection.required(for: .listBudgets)
        let visible = visibleClients(of: peer, inspection)
        return BudgetList(
            budgets: inspection.budgets().filter { budget in
                // What an account spends in all is not every user's business.
                visible == nil || budget.scope.hasPrefix("client/") && Self.isVisible(budget.scope, to: visible)
            })
    }

    /// Nil means all.
    private func visibleClients(of peer: PeerIdentity, _ inspection: any QuotaInspection) -> Set<String>? {
        administrators.contains(peer) ? nil : inspection.clientNames(uid: peer.uid)
    }

    /// "client/NAME" and "client/NAME/model/NAME" belong to a client; everything else is shared. Nil means that all are visible.
    private static func isVisible(_ scope: String, to clients: Set<String>?) -> Bool {
        guard let clients, scope.hasPrefix("client/") else { return true }
        let rest = scope.dropFirst("client/".count)
        // A client's name has no slash, but for "uid/NUMBER".
        return clients.contains { rest == $0 || rest.hasPrefix("\($0)/model/") }
    }
}
