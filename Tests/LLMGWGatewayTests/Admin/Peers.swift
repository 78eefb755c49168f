import LLMGWCore

@testable import LLMGWGateway

/// Callers, and who of them is an administrator.
enum Peers {
    static let administrator = PeerIdentity(uid: 4001, gid: 1, pid: 11)
    static let member = PeerIdentity(uid: 4002, gid: 77, pid: 12)
    static let stranger = PeerIdentity(uid: 4003, gid: 1, pid: 13)

    static let administrators = Administrators(ServerSettings(adminUIDs: [4001], adminGIDs: [77]))
}
