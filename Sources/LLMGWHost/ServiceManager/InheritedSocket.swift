internal import CPlatform
import Glibc

/// A listening socket that a service manager holds and passed on, or the daemon before this one: connections wait in it meanwhile.
public struct InheritedSocket: Sendable, Hashable {
    /// What it is for: `FileDescriptorName=` of the socket unit.
    public enum Purpose: String, Sendable, CaseIterable {
        case callers = "llmgw"
        case administrators = "llmgw-admin"
    }

    public let purpose: Purpose
    public let descriptor: CInt
    public let path: String
    /// With it comes the file: the daemon before this one had made it. Nil for a socket that the service manager holds.
    public internal(set) var lock: CInt?

    /// Checks that the descriptor is what its name promises, and keeps it from programs that this one might start.
    init(descriptor: CInt, name: String) throws(HostError) {
        guard let purpose = Purpose(rawValue: name) else {
            let names = Purpose.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw HostError(
                "the service manager passed descriptor \(descriptor) under the name \"\(name)\"; expected is \(names): "
                    + "set FileDescriptorName= in the socket unit")
        }
        try Self.keepFromOthers(descriptor, name)
        guard Self.option(SO_DOMAIN, of: descriptor) == AF_UNIX,
            Self.option(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue),
            Self.option(SO_ACCEPTCONN, of: descriptor) == 1
        else {
            throw HostError(
                "descriptor \(descriptor) (\(name)) is not a Unix socket that listens for streams; "
                    + "use ListenStream= with a path, and Accept=no, in the socket unit")
        }
        self.purpose = purpose
        self.descriptor = descriptor
        self.path = Self.path(of: descriptor)
    }

    static func keepFromOthers(_ descriptor: CInt, _ name: String) throws(HostError) {
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw HostError(
                "descriptor \(descriptor) (\(name)), which the service manager promised, is not there", errno)
        }
    }

    private static func option(_ option: CInt, of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }

    /// "@name" for one of the abstract namespace. For people only.
    private static func path(of descriptor: CInt) -> String {
        var address = sockaddr_un()
        let capacity = MemoryLayout<sockaddr_un>.size
        var length = socklen_t(capacity)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        let header = capacity - MemoryLayout.size(ofValue: address.sun_path)
        guard found, Int(length) > header else { return "unnamed" }
        return withUnsafeBytes(of: address.sun_path) { bytes in
            let name = bytes.prefix(Int(length) - header)
            return name.first == 0
                ? "@" + String(decoding: name.dropFirst(), as: UTF8.self)
                : String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
