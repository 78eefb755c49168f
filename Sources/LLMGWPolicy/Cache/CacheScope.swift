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

    /// From its description.
    public init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        switch (parts.first, parts.count > 1 ? UInt32(parts[1]) : nil, parts.count) {
        case ("uid", let uid?, 2): self = .uid(uid)
        case ("group", let gid?, 2): self = .group(gid)
        case ("shared", nil, 1): self = .shared
        default: return nil
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
