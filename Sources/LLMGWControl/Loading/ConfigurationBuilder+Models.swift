import LLMGWCore

extension ConfigurationBuilder {
    mutating func buildModel(_ model: SettingsDocument.Model) -> ModelSettings {
        let section = model.section
        let parameters = model.parameters
        return ModelSettings(
            name: model.name, deployments: buildDeployments(model),
            strategy: section.string("strategy").flatMap(BalancingStrategy.init) ?? .leastLatency,
            fallbacks: FallbackSettings(
                general: section.strings("fallbacks") ?? [], context: section.strings("fallbacks_context") ?? [],
                content: section.strings("fallbacks_content") ?? [], cannedReply: section.string("canned_reply")),
            hedgeAfter: section.boolean("hedge") == true ? section.duration("hedge_after") ?? .seconds(2) : nil,
            aliases: section.strings("aliases") ?? [],
            contextLength: section.integer("context_length").map(UInt32.init),
            capabilities: section.strings("capabilities").map { Set($0.compactMap(ModelSettings.Capability.init)) },
            defaultParameters: Sampling(
                temperature: parameters.number("temperature"), topP: parameters.number("top_p"),
                maxTokens: parameters.integer("max_tokens").map(UInt32.init), stop: parameters.strings("stop") ?? [],
                seed: parameters.integer("seed").map(Int64.init),
                presencePenalty: parameters.number("presence_penalty"),
                frequencyPenalty: parameters.number("frequency_penalty")),
            cache: buildCache(of: section), limits: limits(section), price: price(section))
    }

    /// One at least, so that nothing after this has to ask.
    private mutating func buildDeployments(_ model: SettingsDocument.Model) -> [DeploymentSettings] {
        let section = model.section
        guard !model.deployments.isEmpty else {
            if section.values["provider"] == nil, !document.written.contains(section.path + ["provider"]) {
                report.problem(
                    section.path + ["provider"],
                    "is missing; expected a string, or sections [models.NAME.deployments.ID]")
            }
            return [
                DeploymentSettings(
                    provider: provider(section), upstreamModel: section.string("upstream_model") ?? model.name)
            ]
        }
        for setting in ["provider", "upstream_model"] where section.values[setting] != nil {
            report.problem(section.path + [setting], "is for models without deployments; each of these names its own")
        }
        return model.deployments.map { id, section in
            DeploymentSettings(
                name: id, provider: provider(section), upstreamModel: section.string("upstream_model") ?? model.name,
                weight: section.number("weight") ?? 1, priority: section.integer("priority") ?? 0,
                cost: section.number("cost") ?? 0, limits: limits(section), price: price(section))
        }
    }

    private mutating func provider(_ section: SettingsDocument.Section) -> String {
        let provider = section.string("provider") ?? ""
        let providers = document.providers.map(\.name)
        if !provider.isEmpty, !providers.contains(provider) {
            report.problem(
                section.path + ["provider"], "there is no provider \"\(provider)\"",
                near: NearestName.among(providers, to: provider))
        }
        return provider
    }

    /// A hedge needs somebody else to ask, and an attempt to ask with.
    mutating func checkHedge(_ model: ModelSettings, _ resilience: ResilienceSettings) {
        let path = ["models", model.name]
        guard model.hedgeAfter != nil else { return }
        if model.deployments.count < 2 {
            report.problem(
                path + ["hedge"], "needs two deployments; add sections [models.NAME.deployments.ID], or remove it")
        } else if resilience.maxTotalAttempts < 2 {
            report.problem(path + ["hedge"], "needs an attempt beside the first; raise resilience.max_total_attempts")
        }
    }

    /// Fallbacks are models, by their names, and not the model itself.
    mutating func checkFallbacks(_ models: [String: ModelSettings]) {
        for model in models.values.sorted(by: { $0.name < $1.name }) {
            let lists = [
                ("fallbacks", model.fallbacks.general), ("fallbacks_context", model.fallbacks.context),
                ("fallbacks_content", model.fallbacks.content),
            ]
            for (setting, names) in lists {
                for name in names {
                    let path = ["models", model.name, setting]
                    if name == model.name {
                        report.problem(path, "the model cannot be its own fallback")
                    } else if models[name] == nil {
                        report.problem(
                            path, "there is no model \"\(name)\"",
                            near: NearestName.among(models.keys.sorted(), to: name))
                    }
                }
            }
        }
    }

    /// A default that the dialect cannot say would have every request refused.
    mutating func checkParameters(_ model: ModelSettings) {
        let parameters = model.defaultParameters
        let said = [
            ("seed", parameters.seed != nil), ("presence_penalty", parameters.presencePenalty ?? 0 != 0),
            ("frequency_penalty", parameters.frequencyPenalty ?? 0 != 0),
        ]
        for (name, isSaid) in said where isSaid {
            report.problem(["models", model.name, "parameters", name], "has no counterpart in Anthropic's API")
        }
    }

    /// A name means one model.
    mutating func checkNames(_ models: [String: ModelSettings]) {
        var owners: [String: String] = [:]
        for name in models.keys { owners[name] = name }
        for model in models.values.sorted(by: { $0.name < $1.name }) {
            for alias in model.aliases {
                if let owner = owners[alias] {
                    report.problem(["models", model.name, "aliases"], "\"\(alias)\" already means the model \(owner)")
                }
                owners[alias] = model.name
            }
        }
    }

    mutating func buildDefaults(_ models: [String: ModelSettings]) -> DefaultSettings {
        let names = models.values.flatMap { [$0.name] + $0.aliases }
        func check(_ setting: String, _ report: inout ProblemReport) -> String? {
            guard let name = document.defaults.string(setting) else { return nil }
            if !names.contains(name) {
                report.problem(
                    ["defaults", setting], "there is no model \"\(name)\"",
                    near: NearestName.among(names.sorted(), to: name))
            }
            return name
        }
        return DefaultSettings(model: check("model", &report), embeddingModel: check("embedding_model", &report))
    }
}
