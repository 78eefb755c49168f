import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream

/// What requests are going to take, by what was learned of each upstream model.
@GatewayLoop
final class TokenForecasts {
    private var forecasts: [GateKey: TokenForecast] = [:]

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

    func learn(_ usage: Usage, size: TokenSize, at deployment: Deployment, client: ClientID) {
        forecasts[key(deployment), default: TokenForecast()].learn(usage, size: size, client: client.index)
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
