import LLMGWCore

extension ConfigurationBuilder {
    mutating func buildCache(_ server: ServerSettings, _ models: [String: ModelSettings]) -> CacheSettings {
        let section = document.cache
        var settings = CacheSettings()
        settings.mode = section.string("mode").flatMap(CacheSettings.Mode.init) ?? settings.mode
        settings.coalescing = section.string("coalesce").flatMap(CacheSettings.Coalescing.init) ?? settings.coalescing
        settings.scope = section.string("scope").flatMap(CacheSettings.Scope.init) ?? settings.scope
        let preset = section.string("preset").flatMap(CacheSettings.Preset.init)
        settings.ttl = section.duration("ttl") ?? preset?.ttl ?? settings.ttl
        settings.negativeTTL = section.duration("negative_ttl") ?? settings.negativeTTL
        settings.staleWhileRevalidate = section.duration("stale_while_revalidate") ?? settings.staleWhileRevalidate
        settings.staleIfError = section.duration("stale_if_error") ?? settings.staleIfError
        settings.maxBytes = section.integer("max_bytes") ?? settings.maxBytes
        settings.maxEntries = section.integer("max_entries") ?? settings.maxEntries
        settings.maxEntryBytes = section.integer("max_entry_bytes") ?? settings.maxEntryBytes
        settings.eviction = section.string("eviction").flatMap(CacheSettings.Eviction.init) ?? settings.eviction
        if section.boolean("disk") == true {
            if let directory = server.stateDirectory {
                settings.disk = CacheSettings.Disk(path: "\(directory)/cache.db")
                settings.disk?.maxBytes = section.integer("disk_max_bytes") ?? CacheSettings.Disk(path: "").maxBytes
            } else {
                report.problem(["cache", "disk"], "needs a directory; set server.state_directory")
            }
        }
        settings.semantic = buildSemanticCache(models)
        return settings
    }

    private mutating func buildSemanticCache(_ models: [String: ModelSettings]) -> SemanticCacheSettings {
        let section = document.cache
        var settings = SemanticCacheSettings()
        settings.mode = section.string("semantic").flatMap(CacheSettings.Mode.init) ?? settings.mode
        settings.model = section.string("semantic_model") ?? document.defaults.string("embedding_model")
        settings.threshold = section.number("semantic_threshold") ?? settings.threshold
        settings.timeout = section.duration("semantic_timeout") ?? settings.timeout
        settings.maxTextBytes = section.integer("semantic_max_text_bytes") ?? settings.maxTextBytes
        settings.maxEntries = section.integer("semantic_max_entries") ?? settings.maxEntries
        settings.maxGroupEntries = section.integer("semantic_max_group_entries") ?? settings.maxGroupEntries
        settings.maxBytes = section.integer("semantic_max_bytes") ?? settings.maxBytes
        checkSemanticModel(settings, models)
        return settings
    }

    private mutating func checkSemanticModel(_ settings: SemanticCacheSettings, _ models: [String: ModelSettings]) {
        guard let name = settings.model else {
            guard settings.mode != .off else { return }
            return report.problem(
                ["cache", "semantic"],
                "needs a model that makes embeddings; set cache.semantic_model or defaults.embedding_model")
        }
        let model = models.values.first { $0.name == name || $0.aliases.contains(name) }
        if let model {
            guard settings.mode != .off, model.capabilities?.contains(.embedding) == false else { return }
            report.problem(
                ["cache", "semantic_model"], "\"\(name)\" makes no embeddings (models.\(model.name).capabilities)")
        } else if document.cache.string("semantic_model") != nil {
            let names = models.values.flatMap { [$0.name] + $0.aliases }
            report.problem(
                ["cache", "semantic_model"], "there is no model \"\(name)\"",
                near: NearestName.among(names.sorted(), to: name))
        }
    }

    func buildCache(of model: SettingsDocument.Section) -> ModelCacheSettings {
        ModelCacheSettings(
            mode: model.string("cache").flatMap(CacheSettings.Mode.init), ttl: model.duration("cache_ttl"),
            scope: model.string("cache_scope").flatMap(CacheSettings.Scope.init))
    }
}
