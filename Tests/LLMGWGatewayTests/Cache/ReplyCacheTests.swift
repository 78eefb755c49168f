import LLMGWCore
import LLMGWPolicy
import LLMGWUpstream
import LLMGWWire
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("The cache over purges and changes of its settings")
@GatewayLoop
struct ReplyCacheTests {
    private let scheduler = ManualScheduler()

    /// `host` has the clock that goes on while timers stand still.
    private func cache(host: ManualScheduler? = nil) -> ReplyCache {
        let host = host ?? scheduler
        return ReplyCache(
            ReplyCache.Limits(CacheSettings(mode: .on)), scheduler: scheduler, clock: { host.now },
            counters: CacheCounters(), disk: nil)
    }

    private func use(tags: [String] = [], fallbacks: [String] = []) -> CacheUse {
        let settings = CacheSettings(mode: .on)
        let model = ModelSettings(name: "大模型", provider: "p", upstreamModel: "u")
        let address = CacheAddress(
            key: CacheKey(words: (1, 2, 3, 4)), kind: .chat, scope: .uid(1000),
            target: CacheTarget(model: model, settings: settings, fingerprint: []), isStream: true)
        let traits = CacheTraits(isDeterministic: true)
        return CacheUse(
            address: address, plan: CachePlan(settings, CacheControl(tags: tags), traits), traits: traits,
            client: "uid/1000", fallbacks: fallbacks)
    }

    private func call(tags: [String] = []) -> SharedCall {
        SharedCall(
            isStream: true, plan: use(tags: tags).plan, logLimit: 1000, isDetached: false, codec: MessageCodec(),
            scheduler: scheduler,
            onUnclaimed: { _, _ in }
        ) { _, _ in }
    }

    private let answer = CacheEntry.Content.reply(StoredReply(end: [1]))

    @Test(
        "Who asks after a purge does not share what was asked before it",
        arguments: [
            (.all, true), (.model("大模型"), true), (.tag("天气"), true), (.scope("uid/1000"), true),
            (.tag("other"), false), (.scope("uid/1001"), false),
        ] as [(PurgeTarget, Bool)])
    func flights(target: PurgeTarget, isMeant: Bool) {
        let (cache, use, call) = (cache(), use(tags: ["天气"]), call(tags: ["天气"]))
        cache.link(call, for: use)
        #expect(cache.flight(for: use) === call)
        _ = cache.forget(target)
        #expect((cache.flight(for: use) == nil) == isMeant)
        let next = self.call()
        cache.link(next, for: use)
        cache.unlink(call, for: use)
        #expect(cache.flight(for: use) === next, "the earlier one's end is none of the next one's")
    }

    @Test func whoMayNotHaveTheSameModelsAnswersSharesNoCall() {
        let (cache, call) = (cache(), call())
        let (one, other) = (use(fallbacks: ["小模型"]), use())
        cache.link(call, for: one)
        #expect(cache.flight(for: one) === call && cache.flight(for: other) == nil)
        cache.unlink(call, for: other)
        #expect(cache.flight(for: one) === call)
        cache.unlink(call, for: one)
        #expect(cache.flight(for: one) == nil)
    }

    @Test func answersAgeWhileTheHostIsSuspended() throws {
        let host = ManualScheduler()
        let (cache, use) = (cache(host: host), use())
        cache.store(answer, for: use, took: .zero, epoch: cache.beginFill())
        host.advance(by: .seconds(300))
        let entry = try #require(cache.memory.value(use.address.key))
        let execution = Execution(
            requestID: RequestID(number: 1), started: scheduler.now, deadline: .distantFuture)
        let info = entry.info(.hit, for: execution, now: scheduler.now, clock: cache.clock)
        #expect(info.cacheAge == .seconds(300) && info.latency?.total == .zero)
        guard case .fresh = cache.find(use.address.key, maxAge: nil, accepts: { _ in true }) else {
            return #expect(Bool(false), "five minutes of ten")
        }
        host.advance(by: .seconds(600))
        guard case .none = cache.find(use.address.key, maxAge: nil, accepts: { _ in true }) else {
            return #expect(Bool(false), "its time is over, though no timer saw it pass")
        }
    }

    @Test func aPurgeAfterOtherLimitsMeansWhatWasBegunBefore() {
        let (cache, use) = (cache(), use())
        let epoch = cache.beginFill()
        cache.adapt(to: ReplyCache.Limits(CacheSettings(mode: .on, maxEntries: 10)))
        #expect(cache.memory.maxEntries == 10)
        _ = cache.forget(.all)
        cache.store(answer, for: use, took: .zero, epoch: epoch)
        #expect(cache.memory.count == 0)
        cache.store(answer, for: use, took: .zero, epoch: cache.beginFill())
        #expect(cache.memory.count == 1)
    }
}
