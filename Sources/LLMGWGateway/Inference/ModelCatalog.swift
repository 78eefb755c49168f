import LLMGWCore

/// Finds the model that a request means.
struct ModelCatalog: Sendable {
    private let configuration: GatewayConfiguration
    /// Names and aliases.
    private let byName: [String: ModelSettings]

    init(_ configuration: GatewayConfiguration) {
        self.configuration = configuration
        var byName: [String: ModelSettings] = [:]
        for model in configuration.models.values {
            for name in [model.name] + model.aliases { byName[name] = model }
        }
        self.byName = byName
    }

    func resolve(_ name: String?, default fallback: String?, setting: String) throws(GatewayError) -> ModelSettings {
        guard let name = name ?? fallback else {
            throw GatewayError(.unknownModel, "the request names no model, and \(setting) is not set")
        }
        if let model = byName[name] { return model }
        // A name is bounded before it is repeated to its sender: it could be anything.
        let shown = name.utf8.count <= 100 ? "\"\(name)\"" : "of \(name.utf8.count) bytes"
        let near = NearestName.among(byName.keys.sorted(), to: name).map { "; did you mean \"\($0)\"?" } ?? ""
        throw GatewayError(.unknownModel, "there is no model \(shown)\(near)")
    }

    /// A model by its own name, for places that got it from the configuration.
    func model(named name: String) throws(GatewayError) -> ModelSettings {
        guard let model = configuration.models[name] else {
            throw GatewayError(.internalError, "there is no model \(name) any more")
        }
        return model
    }

    func provider(of model: ModelSettings) throws(GatewayError) -> ProviderSettings {
        guard let provider = configuration.providers[model.provider] else {
            throw GatewayError(.internalError, "the model \(model.name) has no provider")
        }
        return provider
    }

    /// Those that the client may use.
    @GatewayLoop
    func list(for client: QuotaClient?) -> [ModelInfo] {
        configuration.models.values.filter { client?.allows($0.name) ?? true }.sorted { $0.name < $1.name }.map {
            model in
            ModelInfo(
                name: model.name, aliases: model.aliases, provider: model.provider, upstreamModel: model.upstreamModel,
                contextLength: model.contextLength,
                capabilities: (model.capabilities ?? []).map(\.rawValue).sorted(),
                isDefault: model.name == configuration.defaults.model)
        }
    }
}

extension ModelSettings {
    /// A model without a list of capabilities is trusted to have them all.
    func require(_ capability: Capability, for what: String) throws(GatewayError) {
        guard let capabilities, !capabilities.contains(capability) else { return }
        var error = GatewayError(
            .unsupported,
            "\(what) needs the capability \"\(capability.rawValue)\", which the model \(name) does not have")
        error.notProcessed = true
        throw error
    }

    /// What a conversation asks of the model that answers it.
    func requireCapabilities(for request: ChatRequest) throws(GatewayError) {
        try require(.chat, for: "Chat")
        if !request.tools.isEmpty { try require(.tools, for: "tools") }
        if let format = request.responseFormat, format != .text { try require(.json, for: "response_format") }
        for (index, message) in request.messages.enumerated() {
            guard case .parts(let parts)? = message.content else { continue }
            for case .image in parts { try require(.vision, for: "the image in messages[\(index)]") }
        }
    }
}
