import LLMGWCore
import LLMGatewayClient

/// Asks the daemon for all that `top` shows.
struct TopCollector: Sendable {
    let client: GatewayClient

    /// Throws what makes a sample impossible. What this daemon does not have, or this caller may not see, is missing from the sample, which says so.
    func sample() async throws(GatewayError) -> TopSample {
        var sample = TopSample(time: .now, status: try await client.status())
        sample.requests =
            try await ask("ListRequests", &sample) { () throws(GatewayError) in
                try await client.listRequests()
            } ?? []
        sample.deployments =
            try await ask("ListDeployments", &sample) { () throws(GatewayError) in
                try await client.listDeployments()
            } ?? []
        sample.accounts = try await ask("ListClients", &sample) { () throws(GatewayError) in
            try await client.listClients()
        }
        sample.queues = try await ask("ListQueues", &sample) { () throws(GatewayError) in
            try await client.listQueues()
        }
        for grouping in LatencyGrouping.allCases {
            let report = try await ask("GetLatency", &sample) { () throws(GatewayError) in
                try await client.latencies(by: grouping)
            }
            guard let report else { break }
            sample.latencies[grouping] = report.rows
        }
        sample.cache = try await ask("GetCacheStats", &sample) { () throws(GatewayError) in
            try await client.cacheStatistics()
        }
        return sample
    }

    private func ask<T: Sendable>(
        _ method: String, _ sample: inout TopSample, _ call: () async throws(GatewayError) -> T
    ) async throws(GatewayError) -> T? {
        do throws(GatewayError) {
            return try await call()
        } catch {
            switch error.reason {
            case .unknownMethod: sample.missing.append("\(method) (not on this daemon)")
            case .permissionDenied: sample.missing.append("\(method) (for administrators)")
            default: throw error
            }
            return nil
        }
    }
}
