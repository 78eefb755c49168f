import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Cache lifetime")
struct CacheLifetimeTests {
    private let quick = CacheLifetime(created: at(100), expires: at(200), recomputation: .milliseconds(500))

    @Test func freshThenStale() {
        var random = SeededRandom(seed: 1)
        #expect(quick.verdict(now: at(100), maxAge: nil, random: &random) == .fresh)
        #expect(quick.verdict(now: at(199.9), maxAge: nil, random: &random) == .fresh)
        #expect(quick.verdict(now: at(200), maxAge: nil, random: &random) == .stale(by: .zero))
        #expect(quick.verdict(now: at(260), maxAge: nil, random: &random) == .stale(by: .seconds(60)))
        #expect(quick.age(now: at(160)) == .seconds(60) && quick.age(now: at(1)) == .zero)
    }

    @Test func theCallerMayBeStricter() {
        var random = SeededRandom(seed: 1)
        #expect(quick.verdict(now: at(130), maxAge: .seconds(31), random: &random) == .fresh)
        #expect(quick.verdict(now: at(130), maxAge: .seconds(30), random: &random) == .stale(by: .zero))
        #expect(quick.verdict(now: at(210), maxAge: .seconds(500), random: &random) == .stale(by: .seconds(10)))
    }

    @Test func timesToLiveAreSpread() {
        var random = SeededRandom(seed: 3)
        let ends = (0..<1000).map { _ in
            CacheLifetime(now: at(0), ttl: .seconds(600), recomputation: .zero, random: &random).expires
        }
        #expect(ends.allSatisfy { $0 >= at(540) && $0 <= at(660) })
        #expect(ends.contains { $0 < at(550) } && ends.contains { $0 > at(650) })
    }

    @Test func whatTakesLongIsRenewedBeforeItsTime() {
        var random = SeededRandom(seed: 5)
        let slow = CacheLifetime(created: at(0), expires: at(600), recomputation: .seconds(10))
        func renewals(_ lifetime: CacheLifetime, before: Double) -> Int {
            (0..<10_000).count { _ in
                lifetime.verdict(now: at(600 - before), maxAge: nil, random: &random) == .renewEarly
            }
        }
        // The share is exp(-before / recomputation).
        #expect((3300...4100).contains(renewals(slow, before: 10)))
        #expect((300...700).contains(renewals(slow, before: 30)))
        #expect(renewals(slow, before: 300) == 0)
        let fast = CacheLifetime(created: at(0), expires: at(600), recomputation: .seconds(1))
        #expect(renewals(fast, before: 0.001) == 0, "what is made quickly is not worth it")
    }
}

@Suite("Purges")
struct PurgeLogTests {
    private let entry = PurgeAttributes(
        key: CacheKey(words: (1, 2, 3, 4)), model: "gpt", scope: "uid/1000", tags: ["天气", "b"])

    @Test func whatAPurgeMeans() {
        for target in [
            PurgeTarget.key(entry.key), .model("gpt"), .tag("天气"), .tag("b"), .scope("uid/1000"), .all,
        ] {
            #expect(entry.match(target))
        }
        for target in [
            PurgeTarget.key(CacheKey(words: (1, 2, 3, 5))), .model("gp"), .tag("天"), .scope("uid/100"),
        ] {
            #expect(!entry.match(target))
        }
    }

    @Test func aFillThatBeganBeforeThePurgeIsNotStored() {
        var log = PurgeLog()
        let before = log.begin()
        let other = log.begin()
        log.purge(.model("gpt"))
        let after = log.begin()
        #expect(log.end(after, entry) == true)
        #expect(log.end(before, entry) == false)
        var elsewhere = entry
        elsewhere.model = "claude"
        #expect(log.end(other, elsewhere) == true, "the purge did not mean it")
    }

    @Test("Against a list of everything that happened", arguments: 1...15)
    func property(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var log = PurgeLog()
        var fills: [(epoch: PurgeLog.Epoch, began: Int)] = []
        var purges: [(time: Int, target: PurgeTarget)] = []
        let targets: [PurgeTarget] = [
            .all, .model("gpt"), .model("x"), .tag("b"), .tag("x"), .scope("uid/1000"), .scope("uid/1"),
        ]
        for time in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: fills.append((log.begin(), time))
            case 4:
                let target = targets.randomElement(using: &random)!
                log.purge(target)
                purges.append((time, target))
            default:
                guard !fills.isEmpty else { continue }
                let fill = fills.remove(at: Int.random(in: 0..<fills.count, using: &random))
                if Bool.random(using: &random) {
                    let expected = !purges.contains { $0.time > fill.began && entry.match($0.target) }
                    #expect(log.end(fill.epoch, entry) == expected)
                } else {
                    log.abandon(fill.epoch)
                }
            }
        }
        for fill in fills { log.abandon(fill.epoch) }
        #expect(log.rememberedPurges == 0, "without fills, nothing needs to be remembered")
    }
}
