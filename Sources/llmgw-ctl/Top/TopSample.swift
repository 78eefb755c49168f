import LLMGWCore

/// What the daemon said at one moment.
struct TopSample: Sendable {
    /// On this tool's clock.
    var time: MonotonicInstant
    var status: DaemonStatus
    var requests: [RequestSummary] = []
    var deployments: [DeploymentStatus] = []
    /// Nil where the daemon does not keep accounts of clients.
    var accounts: [ClientAccount]?
    /// What the daemon says of, in rows.
    var latencies: [LatencyGrouping: [LatencyRow]] = [:]
    var cache: CacheStatistics?
    var queues: QueueReport?
    /// What the daemon does not tell this caller: "ListClients (not on this daemon)".
    var missing: [String] = []

    /// How long first tokens took, in the rows of this grouping.
    ///
    /// Where the daemon keeps no latencies, those of its deployments stand for models and providers that have only one: quantiles of several do
    /// not add up.
    func firstTokens(_ grouping: LatencyGrouping) -> [LatencyRow] {
        if let rows = latencies[grouping] { return rows.filter { $0.span == .firstToken && $0.count > 0 } }
        let names: [String]
        switch grouping {
        case .model: names = deployments.map(\.model)
        case .provider: names = deployments.map(\.provider)
        case .client: return []
        }
        return zip(names, deployments).compactMap { name, deployment in
            guard let first = deployment.firstToken, names.count(where: { $0 == name }) == 1 else { return nil }
            return LatencyRow(
                name: name, span: .firstToken, count: deployment.successes, p50: first.p50, p95: first.p95,
                p99: first.p99)
        }
    }

    func firstToken(_ grouping: LatencyGrouping, _ name: String) -> LatencyRow? {
        firstTokens(grouping).first { $0.name == name }
    }
}
