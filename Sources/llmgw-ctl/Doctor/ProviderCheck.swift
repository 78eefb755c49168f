import LLMGWCore

/// Whether the providers answer the daemon: one finding for each, from the answers of their deployments.
enum ProviderCheck {
    static func findings(_ results: [ModelTestResult]) -> [Finding] {
        let providers = Dictionary(grouping: results, by: \.provider).sorted { $0.key < $1.key }
        return providers.map { judge($0.key, $0.value) }
    }

    private static func judge(_ provider: String, _ results: [ModelTestResult]) -> Finding {
        let check = "provider \(provider)"
        let failures = results.compactMap { result in result.error.map { (result, $0) } }
        let fastest = results.filter { $0.error == nil }.map(\.duration).min()
        guard let (result, error) = failures.first else {
            return .ok(check, "answers in \((fastest?.short).orDash)")
        }
        let target = "\(result.model)/\(result.deployment)"
        let message = "\(stage(error)): \(target): \(error.reason.name): \(error.message)"
        let remedy =
            error.suggestion.isEmpty ? "docs/operations.md has the reason \(error.reason.name)." : error.suggestion
        guard fastest != nil else { return .failed(check, message, remedy) }
        return .failed(check, "\(failures.count) of \(results.count) deployments fail; \(message)", remedy)
    }

    /// How far the request came.
    static func stage(_ error: GatewayError) -> String {
        switch error.reason {
        case .dnsFailed: "its name has no address"
        case .connectFailed, .timeoutConnect: "no connection"
        case .tlsFailed, .tlsVerificationFailed: "no TLS"
        case .authentication, .upstreamPermissionDenied: "it refuses the key"
        case .noHealthyTarget, .breakerOpen: "it is out of use"
        default: "it does not answer as it should"
        }
    }
}
