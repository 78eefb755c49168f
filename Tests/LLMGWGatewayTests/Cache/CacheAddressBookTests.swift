import LLMGWCore
import LLMGWPolicy
import LLMGWWire
import Testing

@testable import LLMGWGateway

@Suite("Keys of the cache")
@GatewayLoop
struct CacheAddressBookTests {
    private let codec = MessageCodec()

    private func configuration(
        scope: CacheSettings.Scope = .uid, change: (inout ModelSettings, inout ProviderSettings) -> Void = { _, _ in }
    ) -> GatewayConfiguration {
        var provider = ProviderSettings(name: "p", baseURL: "https://api.example.org/v1", key: Secret("sk-一"))
        var model = ModelSettings(name: "m", provider: "p", upstreamModel: "u", aliases: ["别名"])
        change(&model, &provider)
        return GatewayConfiguration(
            server: ServerSettings(), providers: ["p": provider],
            models: ["m": model, "n": ModelSettings(name: "n", provider: "p", upstreamModel: "u")],
            defaults: DefaultSettings(model: "m", embeddingModel: "m"), cache: CacheSettings(mode: .on, scope: scope))
    }

    private func key(
        _ configuration: GatewayConfiguration, model: String? = "m", uid: UInt32 = 1000, gid: UInt32 = 100
    ) -> CacheKey? {
        let request = ChatRequest(model: model, messages: [.user("你好")])
        return CacheAddressBook(configuration).address(request, for: PeerIdentity(uid: uid, gid: gid, pid: 1))?.key
    }

    @Test func namesOfOneModelAreOne() {
        let plain = configuration()
        #expect(key(plain) != nil)
        #expect(key(plain, model: "别名") == key(plain))
        #expect(key(plain, model: nil) == key(plain), "the default")
        #expect(key(plain, model: "n") != key(plain), "another model, though it asks for the same one upstream")
        #expect(key(plain, model: "none") == nil)
    }

    @Test func scopes() {
        let (uid, group, shared) = (configuration(), configuration(scope: .group), configuration(scope: .shared))
        #expect(key(uid, uid: 1) != key(uid, uid: 2) && key(uid, gid: 1) == key(uid, gid: 2))
        #expect(key(group, uid: 1) == key(group, uid: 2) && key(group, gid: 1) != key(group, gid: 2))
        #expect(key(shared, uid: 1, gid: 1) == key(shared, uid: 2, gid: 2))
        #expect(Set([key(uid, uid: 5, gid: 5), key(group, uid: 5, gid: 5), key(shared, uid: 5, gid: 5)]).count == 3)
    }

    @Test func whatDecidesAModelsAnswersCounts() {
        let changes: [(inout ModelSettings, inout ProviderSettings) -> Void] = [
            { model, _ in model.deployments[0].upstreamModel = "v" },
            { model, _ in model.deployments.append(DeploymentSettings(name: "二", provider: "p", upstreamModel: "u")) },
            { model, _ in model.defaultParameters.temperature = 0 },
            { _, provider in provider.baseURL = "https://other.example.org/v1" },
            { _, provider in provider.kind = .anthropic },
            { _, provider in provider.headers = [.init(name: "anthropic-beta", value: Secret("x"))] },
        ]
        var seen = Set([key(configuration())])
        for change in changes { #expect(seen.insert(key(configuration(change: change))).inserted) }
    }

    @Test func keysDoNotCount() {
        let other = configuration { _, provider in
            provider.key = Secret("sk-二")
            provider.headers = [.init(name: "Authorization", value: Secret("Bearer 三"))]
            provider.timeouts.total = .seconds(1)
        }
        #expect(key(other) == key(configuration()))
    }

    @Test(
        "SHA-256 is SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func digests(text: String, digest: String) {
        let hash = SHA256()
        for _ in 0..<2 {
            hash.begin()
            hash.update(Array(text.utf8))
            #expect(hash.end().description == digest)
        }
    }
}
