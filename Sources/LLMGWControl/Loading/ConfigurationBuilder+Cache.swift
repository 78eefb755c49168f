import LLMGWCore

extension ConfigurationBuilder {
    mutating func buildCache(_ server: ServerSettings) -> CacheSettings {
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
        return settings
    }

    func buildCache(of model: SettingsDocument.Section) -> ModelCacheSettings {
        ModelCacheSettings(
            mode: model.string("cache").flatMap(CacheSettings.Mode.init), ttl: model.duration("cache_ttl"),
            scope: model.string("cache_scope").flatMap(CacheSettings.Scope.init))
    }
}
