import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import LLMGWWire
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("Entries of the cache in the file")
@GatewayLoop
struct CacheEntryFileTests {
    private let now = MonotonicInstant(nanoseconds: 5_000_000_000_000)
    private let wallClock: Int64 = 1_700_000_000_000

    private func entry(pieces: [[UInt8]]?, scope: CacheScope = .uid(1000), cost: Cost? = nil) -> CacheEntry {
        CacheEntry(
            key: CacheKey(words: (1, 2, 3, .max)), kind: .chat, scope: scope, model: "大模型", tags: ["天气", "b"],
            lifetime: CacheLifetime(
                created: now + .seconds(-60), expires: now + .seconds(540), recomputation: .milliseconds(1234)),
            staleTime: .seconds(3600), isDeterministic: true,
            content: .reply(
                StoredReply(
                    pieces: pieces, end: [1, 2, 0, 255], upstreamModel: "u", upstreamID: nil, provider: "", cost: cost))
        )
    }

    private func expectEqual(_ a: CacheEntry?, _ b: CacheEntry) throws {
        let a = try #require(a)
        #expect(a.key == b.key && a.kind == b.kind && a.scope == b.scope && a.model == b.model && a.tags == b.tags)
        #expect(a.lifetime == b.lifetime && a.staleTime == b.staleTime && a.isDeterministic == b.isDeterministic)
        guard case .reply(let x) = a.content, case .reply(let y) = b.content else { return #expect(Bool(false)) }
        #expect(x.pieces == y.pieces && x.end == y.end && x.cost == y.cost && x.provider == y.provider)
        #expect(x.upstreamModel == y.upstreamModel && x.upstreamID == y.upstreamID)
    }

    @Test func thereAndBack() throws {
        let cost = Cost(micros: -5, currency: "EUR")
        for original in [
            entry(pieces: nil), entry(pieces: [], scope: .shared),
            entry(pieces: [[1], [], [2, 3]], scope: .group(7), cost: cost),
        ] {
            let stored = try #require(original.fileEntry(epoch: 3, now: now, wallClock: wallClock))
            #expect(stored.metadata.epoch == 3 && stored.metadata.created == wallClock - 60_000)
            try expectEqual(CacheEntry(stored, now: now, wallClock: wallClock), original)
        }
    }

    @Test func timeGoesOnWhileNobodyRuns() throws {
        let stored = try #require(entry(pieces: nil).fileEntry(epoch: 0, now: now, wallClock: wallClock))
        // Another process, whose clock began anew, ten minutes later.
        let later = MonotonicInstant(nanoseconds: 9_000_000_000_000)
        let read = try #require(CacheEntry(stored, now: later, wallClock: wallClock + 600_000))
        #expect(read.lifetime.age(now: later) == .seconds(660))
        #expect(read.lifetime.expires == later + .seconds(-60) && !read.isOver(now: later))
        #expect(read.isOver(now: later + .seconds(3540)))
    }

    @Test func aClockThatWasAheadMakesNothingFreshForLonger() throws {
        let ahead = wallClock + 3_600_000
        let stored = try #require(entry(pieces: nil).fileEntry(epoch: 0, now: now, wallClock: ahead))
        // The next process's clock is right again; what came an hour later than now came now, at the earliest.
        let read = try #require(CacheEntry(stored, now: now, wallClock: wallClock))
        #expect(read.lifetime.age(now: now) == .zero && read.lifetime.expires == now + .seconds(600))
        #expect(read.isOver(now: now + .seconds(600 + 3600)))
    }

    @Test func errorsAreNotWritten() {
        let failure = CacheEntry(
            key: CacheKey(words: (0, 0, 0, 0)), kind: .embed, scope: .shared, model: "m", tags: [],
            lifetime: CacheLifetime(created: now, expires: now, recomputation: .zero), staleTime: .zero,
            isDeterministic: true, content: .failure(GatewayError(.contextLengthExceeded, "")))
        #expect(failure.fileEntry(epoch: 0, now: now, wallClock: wallClock) == nil)
    }

    @Test("A body that is not whole is no entry, whatever it holds", arguments: 1...20)
    func damage(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let stored = try #require(entry(pieces: [[1, 2, 3], [4]]).fileEntry(epoch: 0, now: now, wallClock: wallClock))
        for _ in 0..<300 {
            var damaged = stored
            switch Int.random(in: 0..<3, using: &random) {
            case 0: damaged.body.removeLast(Int.random(in: 1...damaged.body.count, using: &random))
            case 1: damaged.body += [UInt8.random(in: .min ... .max, using: &random)]
            default:
                let place = Int.random(in: 0..<damaged.body.count, using: &random)
                damaged.body[place] ^= UInt8.random(in: 1...255, using: &random)
                // A changed letter is the checksum's to find; here nothing but an end in time is asked for.
                _ = CacheEntry(damaged, now: now, wallClock: wallClock)
                continue
            }
            #expect(CacheEntry(damaged, now: now, wallClock: wallClock) == nil)
        }
    }
}
