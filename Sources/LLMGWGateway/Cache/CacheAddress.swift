import LLMGWCore
import LLMGWJSON
import LLMGWPolicy
import LLMGWWire

/// Where the answer to a request is, or would be, in the cache.
struct CacheAddress: Sendable {
    let key: CacheKey
    let kind: CanonicalRequest.Kind
    let scope: CacheScope
    let target: CacheTarget
    let isStream: Bool
    /// A stored answer is there, but had better be made anew by this request.
    var renewsEarly = false
}

/// A model as the cache knows it.
final class CacheTarget: Sendable {
    let model: ModelSettings
    /// With what the model has of its own.
    let settings: CacheSettings
    /// What makes its answers others than those of another model, or of this one with other settings.
    let fingerprint: [UInt8]

    init(model: ModelSettings, settings: CacheSettings, fingerprint: [UInt8]) {
        self.model = model
        self.settings = settings
        self.fingerprint = fingerprint
    }
}

extension CacheAddress {
    var model: ModelSettings { target.model }
    var settings: CacheSettings { target.settings }

    func attributes(tags: [String]) -> PurgeAttributes {
        PurgeAttributes(key: key, model: model.name, scope: scope.description, tags: tags)
    }
}

/// What a request may have of the cache.
struct CacheUse: Sendable {
    let address: CacheAddress
    var plan: CachePlan
    let traits: CacheTraits
    /// Who asks, by name.
    let client: String
    /// Models that may stand in for the one that is asked for, as far as this client may use them: who may not use the same ones cannot share
    /// an upstream call, which one of them may answer.
    var fallbacks: [String] = []
    /// Nil where the answer to another question will not do.
    var question: SemanticQuestion?
}

extension CacheUse {
    @GatewayLoop
    init(_ address: CacheAddress, _ call: Call, _ traits: CacheTraits) {
        self.init(
            address: address, plan: CachePlan(address.settings, call.options.cache, traits), traits: traits,
            client: call.execution.clientName,
            fallbacks: address.model.fallbacks.models(for: call.execution.caller?.client))
    }
}

extension FallbackSettings {
    /// Nil: for somebody who may use all.
    @GatewayLoop
    fileprivate func models(for client: QuotaClient?) -> [String] {
        (general + context + content).filter { client?.allows($0) ?? true }
    }
}

extension CacheTraits {
    init(_ sampling: Sampling, _ extra: RawJSON?) {
        let members = extra.flatMap { CallerJSON($0.text) }?.members ?? []
        self.init(sampling, extra: members.filter(\.isSet).map(\.name))
    }
}

extension ReplyInfo {
    /// An upstream was asked for this very request.
    var isNew: Bool { cache == .miss || cache == .bypass || cache == nil }
}

extension CanonicalRequest.Kind {
    init?(_ method: Method) {
        switch method {
        case .chat: self = .chat
        case .complete: self = .complete
        case .embed: self = .embed
        default: return nil
        }
    }

    var operation: String {
        switch self {
        case .chat: Method.chat.operation
        case .complete: Method.complete.operation
        case .embed: Method.embed.operation
        }
    }
}
