import LLMGWCore
import LLMGWWire

extension MessageSample {
    /// What administration shows of the cache, and what it is to forget.
    static let cache: [MessageSample] = [
        MessageSample(
            "full",
            CacheStatistics(
                total: someCacheCounts,
                tiers: [
                    CacheTierStatus(
                        name: .disk, state: .failed, problem: "磁盘已满", entries: 1, bytes: 2, maxEntries: 3, maxBytes: 4,
                        hits: 5, misses: 6, evictions: 7, expirations: 8, policy: "s3-fifo", path: "/var/缓存.db"),
                    CacheTierStatus(name: .memory, state: .on, problem: ""),
                ],
                models: [CacheCountsOf(name: "大", counts: someCacheCounts), CacheCountsOf()],
                clients: [CacheCountsOf(name: "甲", counts: CacheCounts(misses: 1))])),
        MessageSample("empty", CacheStatistics()),
        MessageSample("full", CacheEntryQuery(key: "00ff", withReply: true)),
        MessageSample("plain", CacheEntryQuery(key: "")),
        MessageSample("none", CachedAnswerOutcome(answer: nil)),
        MessageSample(
            "full",
            CachedAnswerOutcome(
                answer: CachedAnswer(
                    key: "00ff", scope: "uid/1000", model: "大", provider: "p", operation: "Chat",
                    tiers: [.memory, .disk], age: .milliseconds(1), fresh: .zero, expires: .milliseconds(3), bytes: 4,
                    hits: 5, tags: ["报告", ""], reason: .contextLengthExceeded, usage: someUsage, cost: someCosts[0],
                    reply: [0, 255]))),
        MessageSample("empty", CachedAnswerOutcome(answer: CachedAnswer(reply: []))),
        MessageSample("key", CachePurge.key("00ff")),
        MessageSample("model", CachePurge.model("大")),
        MessageSample("tag", CachePurge.tag("")),
        MessageSample("client", CachePurge.client("甲")),
        MessageSample("all", CachePurge.all),
        MessageSample("expired", CachePurge.expired),
        MessageSample(
            "full",
            CachePurgeReport(removed: [
                CachePurgeCount(tier: .memory, entries: 1, bytes: .max), CachePurgeCount(tier: .init(rawValue: "远")),
            ])),
    ]
}

let someCacheCounts = CacheCounts(
    hits: 1, misses: 2, stale: 3, coalesced: 4, bypassed: 5, semanticHits: 6, negativeHits: 7, saved: .milliseconds(8),
    savedCosts: someCosts)
