import LLMGWCore
import LLMGWWire

/// What people see of requests that have ended. Callers who are not administrators see their own uid's.
@GatewayLoop
final class ObservationService {
    /// Rows of one answer.
    private static let maxRequests = 1000

    private let observation: (any RequestObservation)?
    private let quota: (any QuotaInspection)?
    private let administrators: Administrators

    /// `observation` is nil where the gateway remembers nothing; `quota` says which clients are whose.
    init(observation: (any RequestObservation)?, quota: (any QuotaInspection)?, administrators: Administrators) {
        self.observation = observation
        self.quota = quota
        self.administrators = administrators
    }

    func slowRequests(_ query: SlowRequestQuery, for peer: PeerIdentity) throws(GatewayError) -> SlowRequestReport {
        var report = try observation.required(for: .listSlowRequests).slowRequests()
        if !administrators.contains(peer) { report.requests.removeAll { $0.uid != peer.uid } }
        report.requests = Array(report.requests.prefix(min(query.max.map(Int.init) ?? .max, Self.maxRequests)))
        return report
    }

    func latencies(_ query: LatencyQuery, for peer: PeerIdentity) throws(GatewayError) -> LatencyReport {
        let grouping = query.by ?? .model
        var report = try observation.required(for: .getLatency).latencies(by: grouping)
        if grouping == .client, !administrators.contains(peer) {
            let own = quota?.clientNames(uid: peer.uid) ?? []
            report.rows.removeAll { !own.contains($0.name) }
        }
        return report
    }

    func metrics(_ query: MetricsQuery, for peer: PeerIdentity) throws(GatewayError) -> MetricsText {
        try administrators.require(peer, for: "GetMetrics")
        return try observation.required(for: .getMetrics).metrics(query.format ?? .prometheus)
    }
}
