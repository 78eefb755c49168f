import LLMGWControl
import LLMGWCore
import Testing

@Suite("Configuration: the cache")
struct CacheConfigurationTests {
    private func cache(_ text: String) throws -> CacheSettings {
        try ConfigurationLoader.parse(text + minimalConfiguration, file: "f", sources: .test()).configuration.cache
    }

    @Test func nothingIsKeptUnlessItIsAskedFor() throws {
        #expect(try cache("") == CacheSettings())
        #expect(CacheSettings().mode == .off)
        #expect(try cache("[cache]\nttl = \"1h\"\n").mode == .off, "a time alone asks for nothing")
    }

    @Test func everySetting() throws {
        let written = """
            [cache]
            mode = "opt_in"
            coalesce = "always"
            scope = "group"
            ttl = "2h"
            negative_ttl = "0s"
            stale_while_revalidate = "30s"
            stale_if_error = "24h"
            max_bytes = 1048576
            max_entries = 10
            max_entry_bytes = 4096
            eviction = "lru"
            semantic = "on"
            semantic_model = "m"
            semantic_threshold = 0.9
            semantic_timeout = "2s"
            semantic_max_text_bytes = 4096
            semantic_max_entries = 7
            semantic_max_group_entries = 3
            semantic_max_bytes = 65536

            """
        #expect(
            try cache(written)
                == CacheSettings(
                    mode: .optIn, coalescing: .always, scope: .group, ttl: .seconds(7200), negativeTTL: .zero,
                    staleWhileRevalidate: .seconds(30), staleIfError: .seconds(86_400), maxBytes: 1 << 20,
                    maxEntries: 10, maxEntryBytes: 4096, eviction: .lru,
                    semantic: SemanticCacheSettings(
                        mode: .on, model: "m", threshold: 0.9, timeout: .seconds(2), maxTextBytes: 4096, maxEntries: 7,
                        maxGroupEntries: 3, maxBytes: 65_536)))
    }

    @Test func presets() throws {
        #expect(try cache("[cache]\npreset = \"development\"\n").ttl == .seconds(300))
        #expect(try cache("[cache]\npreset = \"production\"\n").ttl == .seconds(600))
        #expect(try cache("").ttl == .seconds(600))
        #expect(try cache("[cache]\npreset = \"development\"\nttl = \"7s\"\n").ttl == .seconds(7))
    }

    @Test func aModelsOwn() throws {
        let text = minimalConfiguration + "\ncache = \"on\"\ncache_ttl = \"9s\"\ncache_scope = \"shared\"\n"
        let configuration = try ConfigurationLoader.parse(text, file: "f", sources: .test()).configuration
        let model = try #require(configuration.models["m"])
        #expect(model.cache == ModelCacheSettings(mode: .on, ttl: .seconds(9), scope: .shared))
        let settings = configuration.cache.overridden(by: model.cache)
        #expect(settings.mode == .on && settings.ttl == .seconds(9) && settings.scope == .shared)
    }

    @Test func theFileIsInTheStateDirectory() throws {
        #expect(try cache("[server]\nstate_directory = \"/var/lib/x\"\n").disk == nil)
        let disk = try cache(
            "[server]\nstate_directory = \"/var/lib/数据\"\n[cache]\ndisk = true\ndisk_max_bytes = 2000000\n"
        ).disk
        #expect(disk == CacheSettings.Disk(path: "/var/lib/数据/cache.db", maxBytes: 2_000_000))
    }

    @Test func theModelOfEmbeddings() throws {
        #expect(SemanticCacheSettings().mode == .off)
        let usual = try cache("[defaults]\nembedding_model = \"m\"\n[cache]\nsemantic = \"opt_in\"\n").semantic
        #expect(usual == SemanticCacheSettings(mode: .optIn, model: "m"))
        let error = #expect(throws: ConfigurationErrors.self) {
            let text = minimalConfiguration + "\ncapabilities = [\"chat\"]\n"
            return try ConfigurationLoader.parse(
                "[cache]\nsemantic = \"on\"\nsemantic_model = \"m\"\n" + text, file: "f", sources: .test())
        }
        #expect(
            try #require(error).problems.map(\.message) == ["\"m\" makes no embeddings (models.m.capabilities)"])
    }

    @Test(arguments: [
        (
            "semantic = \"on\"",
            "needs a model that makes embeddings; set cache.semantic_model or defaults.embedding_model"
        ),
        ("semantic_model = \"向量\"", "there is no model \"向量\""),
        ("semantic_threshold = 0.79", "is 0.79; expected a number from 0.8 to 1.0"),
        ("semantic_threshold = 1.01", "is 1.01; expected a number from 0.8 to 1.0"),
        ("disk = true", "needs a directory; set server.state_directory"),
        ("mode = \"yes\"", "is \"yes\"; expected one of \"off\", \"opt_in\", \"on\""),
        ("mode = true", "is a boolean; expected one of \"off\", \"opt_in\", \"on\""),
        (
            "ttl = \"0s\"",
            "is \"0s\"; expected a duration from \"1s\" to \"720h\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""
        ),
        ("max_bytes = -1", "is -1; expected an integer from 0 to 1099511627776"),
        ("eviction = \"fifo\"", "is \"fifo\"; expected one of \"s3-fifo\", \"lru\""),
    ])
    func mistakes(line: String, problem: String) throws {
        let error = #expect(throws: ConfigurationErrors.self) { try cache("[cache]\n\(line)\n") }
        #expect(try #require(error).problems.map(\.message) == [problem])
    }
}
