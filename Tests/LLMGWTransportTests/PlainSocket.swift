import Glibc

/// A Unix socket without any of the code under test.
final class PlainSocket: Sendable {
    let descriptor: CInt

    private init() {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        precondition(descriptor >= 0, "no socket")
    }

    deinit { close(descriptor) }

    static func listening(at path: String) -> PlainSocket {
        let plain = PlainSocket()
        let isReady = withAddress(path) { bind(plain.descriptor, $0, $1) == 0 && listen(plain.descriptor, 8) == 0 }
        precondition(isReady, "cannot listen at \(path)")
        return plain
    }

    /// Nil, with errno, if nobody answers.
    static func connected(to path: String) -> PlainSocket? {
        let plain = PlainSocket()
        guard withAddress(path, { connect(plain.descriptor, $0, $1) }) == 0 else { return nil }
        return plain
    }

    private static func withAddress<T>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
