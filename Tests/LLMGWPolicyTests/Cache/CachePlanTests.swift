import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Cache plan")
struct CachePlanTests {
    private let fixed = CacheTraits(isDeterministic: true)
    private let free = CacheTraits(isDeterministic: false)

    private func plan(
        _ mode: CacheSettings.Mode, _ control: CacheControl, _ traits: CacheTraits,
        coalescing: CacheSettings.Coalescing = .cacheable
    ) -> CachePlan {
        CachePlan(CacheSettings(mode: mode, coalescing: coalescing), control, traits)
    }

    @Test func nothingHappensThatNobodyConfigured() {
        for control in [CacheControl(), CacheControl(mode: .on), CacheControl(mode: .writeOnly)] {
            #expect(CachePlan(CacheSettings(), control, fixed).bypasses)
        }
    }

    @Test func whichRequestsUseIt() {
        #expect(plan(.on, fixed).reads && plan(.on, fixed).writes && plan(.on, fixed).coalesces)
        #expect(plan(.on, free).bypasses, "it wants another answer each time")
        #expect(plan(.on, CacheControl(mode: .on), free).reads, "unless it says that it does not")
        #expect(plan(.optIn, fixed).bypasses)
        #expect(plan(.optIn, CacheControl(mode: .on), fixed).writes)
        #expect(plan(.on, CacheControl(mode: .off), fixed).bypasses)
        let effects = CacheTraits(isDeterministic: true, hasEffects: true)
        #expect(plan(.on, CacheControl(mode: .on), effects, coalescing: .always).bypasses)
    }

    private func plan(_ mode: CacheSettings.Mode, _ traits: CacheTraits) -> CachePlan {
        plan(mode, CacheControl(), traits)
    }

    @Test func modesOfARequest() {
        let readOnly = plan(.on, CacheControl(mode: .readOnly), fixed)
        #expect(readOnly.reads && !readOnly.writes && readOnly.coalesces)
        let writeOnly = plan(.on, CacheControl(mode: .writeOnly), fixed)
        #expect(!writeOnly.reads && writeOnly.writes && !writeOnly.coalesces)
        let fresh = plan(.on, CacheControl(maxAge: .zero), fixed, coalescing: .always)
        #expect(!fresh.reads && fresh.writes && !fresh.coalesces, "it asks for a new answer")
        let noStore = plan(.on, CacheControl(noStore: true), fixed)
        #expect(noStore.reads && !noStore.writes)
        let only = plan(.on, CacheControl(onlyIfCached: true), free)
        #expect(only.reads && only.onlyIfCached)
        #expect(
            plan(.off, CacheControl(onlyIfCached: true), fixed).onlyIfCached, "the caller is to hear that there is none"
        )
    }

    @Test func onlyWhoKeepsAnAnswerMakesItAnew() {
        #expect(plan(.on, fixed).mayRenew && plan(.on, CacheControl(mode: .on), free).mayRenew)
        let others = [CacheControl(mode: .readOnly), CacheControl(noStore: true), CacheControl(onlyIfCached: true)]
        for control in others {
            #expect(!plan(.on, control, fixed).mayRenew)
        }
    }

    @Test func coalescing() {
        #expect(!plan(.on, CacheControl(), fixed, coalescing: .off).coalesces)
        #expect(!plan(.off, CacheControl(), free, coalescing: .cacheable).coalesces)
        #expect(plan(.off, CacheControl(), free, coalescing: .always).coalesces)
        #expect(!plan(.off, CacheControl(mode: .off), free, coalescing: .always).coalesces)
    }

    @Test func times() {
        var settings = CacheSettings(mode: .on, ttl: .seconds(300), staleIfError: .seconds(60))
        #expect(CachePlan(settings, CacheControl(), fixed).ttl == .seconds(300))
        #expect(CachePlan(settings, CacheControl(ttl: .seconds(5)), fixed).ttl == .seconds(5))
        #expect(CachePlan(settings, CacheControl(ttl: .seconds(1 << 40)), fixed).ttl == .seconds(30 * 86_400))
        #expect(CachePlan(settings, CacheControl(), fixed).staleIfError == .seconds(60))
        #expect(CachePlan(settings, CacheControl(staleIfError: .zero), fixed).staleIfError == .zero)
        settings = settings.overridden(by: ModelCacheSettings(mode: .off, ttl: .seconds(9), scope: .shared))
        #expect(settings.mode == .off && settings.ttl == .seconds(9) && settings.scope == .shared)
    }

    @Test func whatBecomesOfAnAnswerThatSeveralGet() {
        let keeper = plan(.on, CacheControl(ttl: .seconds(90), staleIfError: .seconds(5), tags: ["天气", "a"]), fixed)
        let other = plan(.on, CacheControl(ttl: .seconds(60), staleIfError: .seconds(9), tags: ["a", "b"]), fixed)
        let passer = plan(.on, CacheControl(ttl: .seconds(1), noStore: true, tags: ["c"]), fixed)
        for both in [keeper.keeping(for: passer), passer.keeping(for: keeper)] {
            #expect(both == keeper, "who keeps nothing has no say")
        }
        let both = keeper.keeping(for: other)
        #expect(both.writes && both.ttl == .seconds(60) && both.staleIfError == .seconds(9))
        #expect(both.tags == ["天气", "a", "b"])
        #expect(other.keeping(for: keeper).ttl == .seconds(60))
        #expect(!passer.keeping(for: passer).writes)
    }

    @Test func traits() {
        #expect(CacheTraits(Sampling(temperature: 0), extra: []).isDeterministic)
        #expect(CacheTraits(Sampling(temperature: 1, seed: 7), extra: []).isDeterministic)
        #expect(!CacheTraits(Sampling(), extra: []).isDeterministic)
        #expect(!CacheTraits(Sampling(temperature: 0.1), extra: []).isDeterministic)
        #expect(CacheTraits(Sampling(), extra: ["logprobs", "previous_response_id"]).hasEffects)
        #expect(!CacheTraits(Sampling(), extra: ["logprobs"]).hasEffects)
    }

    @Test func onlyWholeAnswersAreKept() {
        #expect(Cacheability.isComplete(.stop) && Cacheability.isComplete(.toolCalls))
        for reason in [FinishReason.length, .contentFilter, .other("refusal"), nil] {
            #expect(!Cacheability.isComplete(reason))
        }
    }

    @Test func errors() {
        #expect(Cacheability.isLasting(GatewayError(.contextLengthExceeded, "")))
        for reason in [ErrorReason.authentication, .rateLimited, .serverError, .contentFiltered, .deadlineExceeded] {
            #expect(!Cacheability.isLasting(GatewayError(reason, "")), "\(reason)")
        }
        #expect(Cacheability.mayServeStale(after: GatewayError(.overloaded, "")))
        for reason in [ErrorReason.upstreamInvalidRequest, .authentication, .cancelled, .invalidRequest] {
            #expect(!Cacheability.mayServeStale(after: GatewayError(reason, "")), "\(reason)")
        }
        #expect(
            Cacheability.isOwn(GatewayError(.deadlineExceeded, ""))
                && !Cacheability.isOwn(GatewayError(.overloaded, "")))
        for reason in [ErrorReason.queueFull, .noHealthyTarget] {
            var error = GatewayError(reason, "")
            #expect(!Cacheability.isOwn(error), "after an attempt it is everybody's")
            error.notProcessed = true
            #expect(Cacheability.isOwn(error), "\(reason)")
        }
    }
}
