import LLMGWCore
import LLMGWJSON
import LLMGWPolicy
import LLMGWWire

/// Finds out where a request's answer is in the cache: the one place that makes keys, for reading, writing and purging.
///
/// A key is a digest of who shares the answer, the method, the model with everything that decides how it answers, and the request's
/// canonical form.
@GatewayLoop
final class CacheAddressBook {
    /// Changes with everything that goes into a key, and so leaves old entries behind.
    private static let version = "llmgw-k1"
    /// Headers that hold keys: another key does not change the answer, and keys have no business in a digest.
    private static let secretHeaders: Set<String> = [
        "authorization", "proxy-authorization", "x-api-key", "api-key", "cookie",
    ]

    private let defaults: DefaultSettings
    private let codec = MessageCodec()
    private let hash = SHA256()
    /// By names and aliases.
    private var targets: [String: CacheTarget] = [:]
    /// Whether any request could have a use for the cache.
    let isNeeded: Bool

    init(_ configuration: GatewayConfiguration) {
        self.defaults = configuration.defaults
        for model in configuration.models.values {
            let target = CacheTarget(
                model: model, settings: configuration.cache.overridden(by: model.cache),
                fingerprint: Self.fingerprint(model, configuration.providers, hash, codec))
            for name in [model.name] + model.aliases { targets[name] = target }
        }
        self.isNeeded = targets.values.contains { $0.settings.mode != .off || $0.settings.coalescing == .always }
    }

    /// Nil if the request is none, or names no model: then it will hear so.
    func address(_ kind: CanonicalRequest.Kind, _ request: [UInt8], for peer: PeerIdentity) -> CacheAddress? {
        guard let canonical = codec.canonical(kind, request, json: { CanonicalJSON.bytes($0, ignoring: $1) }),
            let target = target(canonical.model, kind)
        else { return nil }
        let scope = CacheScope(target.settings.scope, of: peer)
        hash.begin()
        hash.update(target.fingerprint)
        switch scope {
        case .uid(let uid): hash.update(number: UInt64(1) << 32 | UInt64(uid))
        case .group(let gid): hash.update(number: UInt64(2) << 32 | UInt64(gid))
        case .shared: hash.update(number: UInt64(3) << 32)
        }
        switch kind {
        case .chat: hash.update(number: UInt8(1))
        case .complete: hash.update(number: UInt8(2))
        case .embed: hash.update(number: UInt8(3))
        }
        hash.update(canonical.bytes)
        return CacheAddress(
            key: hash.end(), kind: kind, scope: scope, target: target, isStream: canonical.isStream)
    }

    /// For the items of a batch, which have no bytes of their own.
    func address(_ request: ChatRequest, for peer: PeerIdentity) -> CacheAddress? {
        isNeeded ? address(.chat, request.encode(with: codec), for: peer) : nil
    }

    func target(named name: String) -> CacheTarget? { targets[name] }

    private func target(_ name: String?, _ kind: CanonicalRequest.Kind) -> CacheTarget? {
        switch kind {
        case .chat, .complete: (name ?? defaults.model).flatMap { targets[$0] }
        case .embed: (name ?? defaults.embeddingModel).flatMap { targets[$0] }
        }
    }

    private static func fingerprint(
        _ model: ModelSettings, _ providers: [String: ProviderSettings], _ hash: SHA256, _ codec: MessageCodec
    ) -> [UInt8] {
        hash.begin()
        hash.update(field: version.utf8)
        hash.update(field: model.name.utf8)
        hash.update(field: ChatRequest(messages: [], sampling: model.defaultParameters).encode(with: codec))
        for deployment in model.deployments.sorted(by: { $0.name < $1.name }) {
            guard let provider = providers[deployment.provider] else { continue }
            for text in [provider.kind.rawValue, provider.baseURL, deployment.upstreamModel] {
                hash.update(field: text.utf8)
            }
            for header in provider.headers where !secretHeaders.contains(header.name.lowercased()) {
                hash.update(field: header.name.lowercased().utf8)
                hash.update(field: header.value.reveal().utf8)
            }
        }
        return hash.end().bytes
    }
}
