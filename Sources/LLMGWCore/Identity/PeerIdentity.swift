/// Who is on the other side of a connection, as the kernel says it (SO_PEERCRED, SO_PEERGROUPS).
public struct PeerIdentity: Sendable, Hashable {
    public let uid: UInt32
    public let gid: UInt32
    public let pid: Int32
    /// The supplementary groups.
    public let groups: [UInt32]

    public init(uid: UInt32, gid: UInt32, pid: Int32, groups: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.groups = groups
    }
}
