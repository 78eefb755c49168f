internal import CPlatform
import Glibc

/// Sends datagrams to one Unix socket, without ever waiting: what cannot be taken now is an error. From any thread.
struct DatagramSocket: Sendable {
    /// Closes the descriptor with the last copy.
    private final class Descriptor: Sendable {
        let number: CInt

        init(_ number: CInt) { self.number = number }
        deinit { close(number) }
    }

    private let descriptor: Descriptor
    private let path: String

    /// `path` is absolute, or begins with "@" and names a socket of the abstract namespace.
    init(path: String) throws(HostError) {
        let capacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        guard path.hasPrefix("/") || path.hasPrefix("@"), (2..<capacity).contains(path.utf8.count) else {
            throw HostError(
                "the socket \"\(path)\" is neither an absolute path nor an abstract name of less than \(capacity) bytes"
            )
        }
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw HostError("no socket can be made for \(path)", errno) }
        self.descriptor = Descriptor(number)
        self.path = path
        // A large entry is better sent as it is than by way of memory of its own; where the limit is lower, the kernel takes that.
        var size: CInt = 8 << 20
        setsockopt(number, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }

    /// 0, or the error's number.
    func send(_ bytes: [UInt8]) -> CInt {
        withAddress { address, length in
            while true {
                let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
                if sendto(descriptor.number, bytes, bytes.count, flags, address, length) >= 0 { return 0 }
                if errno != EINTR { return errno }
            }
        }
    }

    /// Sends a descriptor alone. 0, or the error's number.
    func send(descriptor passed: CInt) -> CInt {
        withAddress { cplatform_send_descriptor(descriptor.number, $0, Int($1), passed) == 0 ? 0 : errno }
    }

    private func withAddress<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path.hasPrefix("@")
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path.utf8)
            if isAbstract { place[0] = 0 }
        }
        // An abstract name is as long as it is said to be; a path ends with a zero byte.
        let header = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
        let length = socklen_t(header + path.utf8.count + (isAbstract ? 0 : 1))
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
