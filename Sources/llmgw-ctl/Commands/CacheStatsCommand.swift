import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct CacheStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show hit rates, tiers, and what was saved. What `cache` alone does.",
        discussion: "EXAMPLES\n  llmgw-ctl cache stats\n  llmgw-ctl cache stats --json | jq .total")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let statistics = try await connection.withClient { try await $0.cacheStatistics() }
        guard !output.json else { return JSON.print { $0.statistics(statistics) } }
        let total = statistics.total
        var text = """
            hit rate \((total.hitRate?.percent).orDash): \(total.hits) hits (\(total.semanticHits) semantic, \
            \(total.negativeHits) remembered errors), \(total.stale) stale, \(total.coalesced) coalesced, \
            \(total.misses) misses; \(total.bypassed) not asked
            saved: \(total.saved.short) of waiting, \(total.savedCosts.text)

            """
        var tiers = Table(
            "TIER", "STATE", "ENTRIES", "BYTES", "AT MOST", "HITS", "MISSES", "EVICTED", "EXPIRED", "POLICY")
        for t in statistics.tiers {
            tiers.add(
                t.name.rawValue, t.state.rawValue, "\(t.entries)\(t.maxEntries == 0 ? "" : "/\(t.maxEntries)")",
                t.bytes.mebibytes, t.maxBytes == 0 ? "-" : t.maxBytes.mebibytes, "\(t.hits)", "\(t.misses)",
                "\(t.evictions)", "\(t.expirations)", t.policy.isEmpty ? "-" : t.policy)
        }
        text += "\n" + tiers.text
        for tier in statistics.tiers {
            if let problem = tier.problem { text += Terminal.sanitised("\(tier.name): \(problem)") + "\n" }
        }
        for (heading, rows) in [("MODEL", statistics.models), ("CLIENT", statistics.clients)] where !rows.isEmpty {
            var table = Table(heading, "HIT RATE", "HITS", "STALE", "COALESCED", "MISSES", "NOT ASKED", "SAVED")
            for row in rows {
                let c = row.counts
                table.add(
                    row.name, (c.hitRate?.percent).orDash, "\(c.hits)", "\(c.stale)", "\(c.coalesced)", "\(c.misses)",
                    "\(c.bypassed)", c.savedCosts.text)
            }
            text += "\n" + table.text
        }
        Terminal.write(text)
    }
}

extension CacheCounts {
    /// Of the requests that asked the cache, those for which no upstream was asked; nil where none did.
    var hitRate: Double? {
        let served = Double(hits) + Double(stale) + Double(coalesced)
        let asked = served + Double(misses)
        return asked == 0 ? nil : served / asked
    }
}

extension JSONWriter {
    mutating func members(_ counts: CacheCounts) {
        member("hits", counts.hits)
        member("misses", counts.misses)
        member("stale", counts.stale)
        member("coalesced", counts.coalesced)
        member("bypassed", counts.bypassed)
        member("semantic_hits", counts.semanticHits)
        member("negative_hits", counts.negativeHits)
        member("hit_rate", counts.hitRate)
        member("saved_ms", counts.saved.wholeMilliseconds)
        member("saved_costs", counts.savedCosts)
    }

    fileprivate mutating func statistics(_ statistics: CacheStatistics) {
        object {
            $0.object("total") { $0.members(statistics.total) }
            $0.array("tiers", statistics.tiers) { $0.tier($1) }
            $0.array("models", statistics.models) { $0.counts($1) }
            $0.array("clients", statistics.clients) { $0.counts($1) }
        }
    }

    private mutating func counts(_ row: CacheCountsOf) {
        object {
            $0.member("name", row.name)
            $0.members(row.counts)
        }
    }

    private mutating func tier(_ tier: CacheTierStatus) {
        object {
            $0.member("name", tier.name.rawValue)
            $0.member("state", tier.state.rawValue)
            $0.member("problem", tier.problem)
            $0.member("entries", tier.entries)
            $0.member("bytes", tier.bytes)
            $0.member("max_entries", tier.maxEntries)
            $0.member("max_bytes", tier.maxBytes)
            $0.member("hits", tier.hits)
            $0.member("misses", tier.misses)
            $0.member("evictions", tier.evictions)
            $0.member("expirations", tier.expirations)
            $0.member("policy", tier.policy)
            $0.member("path", tier.path)
        }
    }
}
