import Glibc

/// A datagram socket of the tests: what a service manager or the journal would hear.
final class DatagramReceiver: Sendable {
    let path: String
    private let descriptor: CInt

    /// In the abstract namespace, where nothing has to be removed.
    init() {
        path = "@llmgw-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path.utf8)
            place[0] = 0
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        precondition(isBound, "no receiver")
    }

    deinit { close(descriptor) }

    /// The next datagram that is there already, and the bytes of the file that came with it.
    func next() -> (bytes: [UInt8], file: [UInt8]?)? {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var control = [UInt8](repeating: 0, count: 64)
        let capacity = bytes.count
        let space = control.count
        var passed: CInt?
        let count = bytes.withUnsafeMutableBytes { data in
            control.withUnsafeMutableBytes { extra in
                var part = iovec(iov_base: data.baseAddress, iov_len: capacity)
                return withUnsafeMutablePointer(to: &part) { parts in
                    var message = msghdr()
                    message.msg_iov = parts
                    message.msg_iovlen = 1
                    message.msg_control = extra.baseAddress
                    message.msg_controllen = space
                    let count = recvmsg(descriptor, &message, CInt(MSG_DONTWAIT))
                    let header = MemoryLayout<cmsghdr>.size
                    if count >= 0, message.msg_controllen > header {
                        passed = extra.loadUnaligned(fromByteOffset: header, as: CInt.self)
                    }
                    return count
                }
            }
        }
        guard count >= 0 else { return nil }
        return (Array(bytes.prefix(count)), passed.map { Self.contents(of: $0) })
    }

    var text: String? { next().map { String(decoding: $0.bytes, as: UTF8.self) } }

    private static func contents(of file: CInt) -> [UInt8] {
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = pread(file, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }
}
