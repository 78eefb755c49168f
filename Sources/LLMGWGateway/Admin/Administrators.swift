import Glibc
import LLMGWCore

/// Root, the daemon's own user, and those that the configuration names. A caller's groups are those it had when it connected.
struct Administrators: Sendable {
    private let uids: Set<UInt32>
    private let gids: Set<UInt32>

    init(_ settings: ServerSettings) {
        uids = settings.adminUIDs.union([0, getuid()])
        gids = settings.adminGIDs
    }

    func contains(_ peer: PeerIdentity) -> Bool {
        uids.contains(peer.uid) || gids.contains(peer.gid) || peer.groups.contains(where: gids.contains)
    }

    /// Throws if the caller is none. `operation` begins the error's sentence.
    func require(_ peer: PeerIdentity, for operation: String) throws(GatewayError) {
        guard contains(peer) else {
            throw GatewayError(.permissionDenied, "\(operation) is for administrators, and uid \(peer.uid) is none")
        }
    }
}
