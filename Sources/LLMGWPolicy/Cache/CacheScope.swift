public import LLMGWCore

/// Who shares an answer.
public enum CacheScope: Sendable, Hashable, CustomStringConvertible {
    case uid(UInt32)
    /// Of a group, by its gid: those that have it as the group they connected with.
    case group(UInt32)
    case shared

    public init(_ scope: CacheSettings.Scope, of peer: PeerIdentity) {
        switch scope {
        case .uid: self = .uid(peer.uid)
        case .group: self = .group(peer.gid)
        case .shared: self = .shared
        }
    }

    public var description: String {
        switch self {
        case .uid(let uid): "uid/\(uid)"
        case .group(let gid): "group/\(gid)"
        case .shared: "shared"
        }
    }
}
