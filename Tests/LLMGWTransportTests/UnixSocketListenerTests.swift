import Glibc
import LLMGWTransport
import Testing

@Suite("Unix socket listener")
struct UnixSocketListenerTests {
    private func problem(_ path: String) -> String? {
        let error = #expect(throws: SocketError.self) { try UnixSocketListener.open(path: path, mode: 0o600) }
        #expect(error?.path == path)
        return error?.problem
    }

    @Test("The file has exactly the mode", arguments: [0o600, 0o660, 0o666, 0o777] as [UInt32])
    func mode(mode: UInt32) throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        let listener = try UnixSocketListener.open(path: path, mode: mode)
        #expect(fileMode(path) == S_IFSOCK | mode)
        #expect(PlainSocket.connected(to: path) != nil)
        listener.remove()
    }

    @Test func aMissingDirectoryIsCreatedForItsOwnerToWrite() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/新/s"
        let listener = try UnixSocketListener.open(path: path, mode: 0o600)
        let mode = try #require(fileMode(directory.path + "/新"))
        #expect(mode & S_IFMT == S_IFDIR && mode & (S_IWGRP | S_IWOTH) == 0)
        #expect(isSocket(path))
        listener.remove()
        #expect(problem(directory.path + "/a/b/s")?.hasPrefix("has a directory that does not exist") == true)
    }

    @Test func whatACrashLeftBehindIsReplaced() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        do { _ = PlainSocket.listening(at: path) }
        #expect(isSocket(path))
        #expect(PlainSocket.connected(to: path) == nil)
        let listener = try UnixSocketListener.open(path: path, mode: 0o600)
        #expect(PlainSocket.connected(to: path) != nil)
        listener.remove()
    }

    @Test func aSecondDaemonIsRefusedAndTheFirstGoesOn() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        let first = try UnixSocketListener.open(path: path, mode: 0o600)
        #expect(problem(path) == "is in use by another daemon; stop that one, or choose another --socket")
        #expect(PlainSocket.connected(to: path) != nil)
        first.remove()
        let second = try UnixSocketListener.open(path: path, mode: 0o600)
        second.remove()
    }

    @Test func anotherProgramsSocketIsLeftAlone() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        do {
            let other = PlainSocket.listening(at: path)
            #expect(problem(path) == "is in use by another program; stop that one, or choose another --socket")
            #expect(PlainSocket.connected(to: path) != nil)
            withExtendedLifetime(other) {}
        }
        let listener = try UnixSocketListener.open(path: path, mode: 0o600)
        listener.remove()
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(problem(path) == "exists and is not a socket; remove it, or choose another --socket")
        #expect(fileMode(path) == S_IFREG | 0o600)
    }

    @Test("A directory that others can write is refused", arguments: [0o777, 0o1777, 0o702, 0o720] as [mode_t])
    func writableDirectory(mode: mode_t) throws {
        let directory = TemporaryDirectory()
        chmod(directory.path, mode)
        #expect(problem(directory.path + "/s")?.hasPrefix("is in a directory that others can write") == true)
        #expect(fileMode(directory.path + "/s") == nil)
    }

    @Test("A directory of another user is refused", .enabled(if: geteuid() == 0, "only root can give one away"))
    func foreignDirectory() throws {
        let directory = TemporaryDirectory()
        chown(directory.path, 12_345, 12_345)
        #expect(problem(directory.path + "/s")?.hasPrefix("is in a directory of uid 12345") == true)
    }

    @Test func pathsThatCannotBe() {
        #expect(problem("run/s") == "is not an absolute path")
        #expect(problem("") == "is not an absolute path")
        let long = "/tmp/" + String(repeating: "长", count: 40)
        #expect(problem(long) == "is 125 bytes long; a socket's path has at most 107")
        #expect(problem("/etc/hostname/s")?.contains("directory") == true)
    }

    @Test func removingLeavesNothing() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        let listener = try UnixSocketListener.open(path: path, mode: 0o600)
        #expect(fileMode(path + ".lock") == S_IFREG | 0o600)
        listener.remove()
        #expect(fileMode(path) == nil)
        #expect(fileMode(path + ".lock") == nil)
    }

    @Test func whatSomebodyElsePutThereIsNotRemoved() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/s"
        let listener = try UnixSocketListener.open(path: path, mode: 0o600)
        unlink(path)
        let other = PlainSocket.listening(at: path)
        listener.remove()
        #expect(isSocket(path))
        withExtendedLifetime(other) {}
    }
}
