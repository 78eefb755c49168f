import LLMGWCore

/// The settings of the shared cache.
enum CacheSettingsTable {
    static let ttl = Duration.seconds(1)...CacheSettings.longestTTL
    private static let time = Duration.zero...CacheSettings.longestTTL

    static let cache = SettingsSection(
        path: "cache", doc: "Answers that equal requests share. Off unless it is turned on here or for a model.",
        settings: [
            Setting(
                "mode", .choice(CacheSettings.Mode.allCases.map(\.rawValue)), default: "\"off\"",
                "`opt_in` serves and keeps answers for requests that ask for it; `on` also for those that are meant to have the same answer each time (temperature 0 or a seed; embeddings)."
            ),
            Setting(
                "coalesce", .choice(CacheSettings.Coalescing.allCases.map(\.rawValue)), default: "\"cacheable\"",
                "Which requests share the upstream call of an equal one that is under way: those that use the cache, or `always` all but those that have effects."
            ),
            Setting(
                "scope", .choice(CacheSettings.Scope.allCases.map(\.rawValue)), default: "\"uid\"",
                "Who shares answers: programs of one user, of one group (the one they connected with), or all."),
            Setting(
                "preset", .choice(CacheSettings.Preset.allCases.map(\.rawValue)), default: "\"production\"",
                "How long answers stay fresh: `development` 5 minutes, `production` 10."),
            Setting(
                "ttl", .duration(ttl), "The same as a time, in place of the preset's. Drawn from a tenth around it."),
            Setting(
                "negative_ttl", .duration(time), default: "\"1m\"",
                "How long an upstream's refusal stays that an equal request would get again; 0 remembers none."),
            Setting(
                "stale_while_revalidate", .duration(time), default: "\"0s\"",
                "How long after its time an answer is still served while it is made anew."),
            Setting(
                "stale_if_error", .duration(time), default: "\"0s\"",
                "How long after its time an answer is still served where no upstream answers, before fallback models are asked."
            ),
            Setting("max_bytes", .integer(0...1 << 40), default: "268435456", "Memory for answers; 0 keeps none."),
            Setting("max_entries", .integer(0...100_000_000), default: "1000000", "Answers in memory."),
            Setting(
                "max_entry_bytes", .integer(0...64 << 20), default: "4194304", "Larger answers are not kept."),
            Setting(
                "eviction", .choice(CacheSettings.Eviction.allCases.map(\.rawValue)), default: "\"s3-fifo\"",
                "Which answer goes when there is no room."),
            Setting(
                "disk", .boolean, default: "false", needsRestart: true,
                "Keep answers over a restart, in `cache.db` in `server.state_directory`. The file may be deleted at any time."
            ),
            Setting(
                "disk_max_bytes", .integer(1 << 20...1 << 50), default: "1073741824", needsRestart: true,
                "How large the file may become; the oldest answers go."),
            Setting(
                "semantic", .choice(CacheSettings.Mode.allCases.map(\.rawValue)), default: "\"off\"",
                "Whether a question may get the answer to another one that means the same: `opt_in` for requests that say so, `on` for all that use the cache and do not refuse. What is asked goes to the embedding model."
            ),
            Setting(
                "semantic_model", .string,
                "The model that makes the embeddings for that. Without it: `defaults.embedding_model`."),
            Setting(
                "semantic_threshold", .number(0.8...1), default: "0.97",
                "How near two questions have to be, as the cosine of their embeddings."),
            Setting(
                "semantic_timeout", .duration(.milliseconds(1)...Duration.seconds(60)), default: "\"500ms\"",
                "How long a request waits for its embedding; then it goes on without."),
            Setting(
                "semantic_max_text_bytes", .integer(1...65_536), default: "1024",
                "Longer questions are not compared: an embedding model sees only the beginning of a long text."),
            Setting(
                "semantic_max_entries", .integer(1...1_000_000), default: "20000", "Questions to compare with, in all."),
            Setting(
                "semantic_max_group_entries", .integer(1...100_000), default: "1000",
                "Questions that differ in nothing but their text: as many a request is compared with at most."),
            Setting(
                "semantic_max_bytes", .integer(1 << 16...1 << 40), default: "67108864", "Memory for the questions."),
        ])
}
