import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// What requests are going to take, by what was learned of each upstream model.
@GatewayLoop
final class TokenForecasts {
    private static let empty = Histogram(bounds: [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 4, 10])

    private var forecasts: [GateKey: TokenForecast] = [:]
    /// What was counted, by what had been expected.
    private(set) var inputRatio = TokenForecasts.empty
    private(set) var outputRatio = TokenForecasts.empty

    func demand(
        for operation: UpstreamOperation, at deployment: Deployment, client: ClientID
    ) -> (demand: QuotaDemand, size: TokenSize) {
        let size = TokenSize(of: operation)
        let forecast = forecasts[key(deployment)] ?? TokenForecast()
        return (
            forecast.demand(
                for: size, maxTokens: operation.maxTokens, hasOutput: operation.hasOutput, client: client.index), size
        )
    }

    func learn(
        _ usage: Usage, size: TokenSize, expected: QuotaDemand, at deployment: Deployment, client: ClientID
    ) {
        Self.note(usage.inputTokens, expected.inputTokens, in: &inputRatio)
        Self.note(usage.outputTokens, expected.outputTokens, in: &outputRatio)
        forecasts[key(deployment), default: TokenForecast()].learn(usage, size: size, client: client.index)
    }

    private static func note(_ counted: UInt64?, _ expected: Int, in ratio: inout Histogram) {
        guard let counted, expected > 0 else { return }
        ratio.add(Double(counted) / Double(expected))
    }

    func forget(_ client: ClientID) {
        for key in forecasts.keys { forecasts[key]?.forget(client: client.index) }
    }

    private func key(_ deployment: Deployment) -> GateKey {
        .upstreamModel(provider: deployment.settings.provider, model: deployment.settings.upstreamModel)
    }
}

extension TokenSize {
    fileprivate init(of operation: UpstreamOperation) {
        switch operation {
        case .chat(let request): self.init(request)
        case .complete(let request): self.init(request)
        case .embed(let request): self.init(request)
        case .listModels: self.init()
        }
    }
}

extension UpstreamOperation {
    fileprivate var maxTokens: Int? {
        switch self {
        case .chat(let request): request.sampling.maxTokens.map(Int.init)
        case .complete(let request): request.sampling.maxTokens.map(Int.init)
        case .embed, .listModels: nil
        }
    }

    fileprivate var hasOutput: Bool {
        switch self {
        case .chat, .complete: true
        case .embed, .listModels: false
        }
    }
}
