import LLMGWCore
import Testing

@Suite("What callers want of the cache")
struct CacheControlTests {
    @Test(arguments: [
        CacheControl(),
        CacheControl(mode: .readOnly, maxAge: .zero, ttl: .milliseconds(1), onlyIfCached: true, tags: ["报告"]),
        CacheControl(onlyIfCached: true),
        CacheControl(mode: .off, onlyIfCached: false),
        CacheControl(tags: (0..<16).map { String(repeating: "长", count: 21) + "\($0 % 10)" }),
    ])
    func isAllowed(_ control: CacheControl) throws {
        try control.validate()
    }

    @Test(arguments: [
        (CacheControl(tags: (0...16).map { "\($0)" }), "cache.tags:"),
        (CacheControl(tags: ["a", ""]), "cache.tags[1]:"),
        (CacheControl(tags: [String(repeating: "长", count: 22)]), "cache.tags[0]:"),
        (CacheControl(tags: ["a\nb"]), "cache.tags[0]:"),
        (CacheControl(ttl: .zero), "cache.ttl_ms:"),
        (CacheControl(mode: .off, onlyIfCached: true), "cache.only_if_cached:"),
        (CacheControl(mode: .writeOnly, onlyIfCached: true), "cache.only_if_cached:"),
    ])
    func isRefused(_ control: CacheControl, place: String) {
        let error = #expect(throws: GatewayError.self) { try control.validate() }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.message.hasPrefix(place) == true, "\(error?.message ?? "")")
    }
}
