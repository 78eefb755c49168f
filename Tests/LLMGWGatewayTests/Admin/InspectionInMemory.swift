import LLMGWCore

@testable import LLMGWGateway

/// Shows what it was given, and remembers what was asked of it.
@GatewayLoop
final class InspectionInMemory: ResilienceInspection {
    struct Order: Equatable {
        let scope: String
        let action: BreakerAction
        let actor: PeerIdentity
        let reason: String
        let ttl: Duration?
    }

    private let scopes: Set<String>
    private let traces: [RequestID: RequestTrace]
    private let results: [ModelTestResult]
    private(set) var orders: [Order] = []

    init(scopes: Set<String> = [], traces: [RequestID: RequestTrace] = [:], results: [ModelTestResult] = []) {
        self.scopes = scopes
        self.traces = traces
        self.results = results
    }

    func deployments() -> [DeploymentStatus] {
        results.map {
            DeploymentStatus(
                model: $0.model, name: $0.deployment, provider: $0.provider, upstreamModel: $0.model,
                state: .healthy, breaker: .closed)
        }
    }

    func breakers() -> [BreakerStatus] { scopes.sorted().map { BreakerStatus(scope: $0, state: .closed) } }

    func setBreaker(
        _ scope: String, action: BreakerAction, actor: PeerIdentity, reason: String, ttl: Duration?
    ) -> Bool {
        guard scopes.contains(scope) else { return false }
        orders.append(Order(scope: scope, action: action, actor: actor, reason: reason, ttl: ttl))
        return true
    }

    func trace(_ id: RequestID) -> RequestTrace? { traces[id] }

    func alerts() -> [AlertStatus] { [] }

    func testModels(
        _ model: String?, execution: Execution, report: @escaping @GatewayLoop (ModelTestResult) -> Void
    ) async throws(GatewayError) {
        let chosen = results.filter { model == nil || $0.model == model }
        guard !chosen.isEmpty else { throw GatewayError(.unknownModel, "no such model") }
        for result in chosen {
            try execution.checkCancellation()
            report(result)
            await Task.yield()
        }
    }
}
