internal import CPlatform
import Glibc
public import LLMGWCore
public import NIOCore

extension PeerIdentity {
    /// What a process usually has at most; one that has more is asked again with what the kernel allows.
    private static let usualGroups = 64
    private static let maxGroups = 65_536

    /// Asks the kernel who made this connection (SO_PEERCRED, SO_PEERGROUPS). The answer is of the moment of connect(2): it does not change
    /// when the peer passes the socket on or changes its uid or groups.
    ///
    /// On the channel's event loop.
    public static func of(_ channel: any Channel) throws -> PeerIdentity {
        let identity = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { socket in
            var peer = cplatform_peer()
            var length = socklen_t(MemoryLayout<cplatform_peer>.size)
            guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else {
                throw IOError(errnoCode: errno, reason: "SO_PEERCRED")
            }
            return PeerIdentity(uid: peer.uid, gid: peer.gid, pid: peer.pid, groups: try groups(of: socket))
        }
        guard let identity else { throw ChannelError.operationUnsupported }
        return identity
    }

    private static func groups(of socket: CInt) throws -> [UInt32] {
        var capacity = usualGroups
        while true {
            var count: CInt = 0
            let groups = [UInt32](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                count = cplatform_peer_groups(socket, buffer.baseAddress, CInt(capacity))
                initialized = max(0, Int(count))
            }
            if count >= 0 { return groups }
            guard errno == ERANGE, capacity < maxGroups else {
                throw IOError(errnoCode: errno, reason: "SO_PEERGROUPS")
            }
            capacity = maxGroups
        }
    }
}
