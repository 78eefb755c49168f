internal import CPlatform
import Glibc
public import LLMGWCore
public import NIOCore

extension PeerIdentity {
    /// Asks the kernel who made this connection (SO_PEERCRED). The answer is of the moment of connect(2): it does not change when the peer
    /// passes the socket on or changes its uid.
    ///
    /// On the channel's event loop.
    public static func of(_ channel: any Channel) -> EventLoopFuture<PeerIdentity> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let credentials: EventLoopFuture<cplatform_peer> = options.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
        return credentials.map { PeerIdentity(uid: $0.uid, gid: $0.gid, pid: $0.pid) }
    }
}
