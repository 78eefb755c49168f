import Glibc
import LLMGWCore
import LLMGWTransport
import NIOCore
import NIOPosix
import Testing

@Suite("Peer identity", .timeLimit(.minutes(1)))
struct PeerIdentityTests {
    @Test("The kernel says who connected")
    func ofAConnection() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        let listener = try UnixSocketListener.open(path: path, mode: 0o600)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (peers, continuation) = AsyncStream.makeStream(of: PeerIdentity.self)
        let server = try await listener.accept(on: group, onShortage: { _ in }) { channel in
            channel.eventLoop.makeCompletedFuture { _ = continuation.yield(try PeerIdentity.of(channel)) }
        }
        var iterator = peers.makeAsyncIterator()
        for _ in 0..<3 {
            let client = try #require(PlainSocket.connected(to: path))
            let peer = await iterator.next()
            #expect(peer?.uid == geteuid() && peer?.gid == getegid() && peer?.pid == getpid())
            #expect(peer.map { Set($0.groups) } == Set(ownGroups()))
            withExtendedLifetime(client) {}
        }
        try await server.close()
        try await group.shutdownGracefully()
        listener.remove()
    }

    private func ownGroups() -> [gid_t] {
        [gid_t](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = Int(getgroups(CInt(buffer.count), buffer.baseAddress))
        }
    }
}
