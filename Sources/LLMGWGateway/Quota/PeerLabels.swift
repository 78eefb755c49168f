import Glibc
import LLMGWCore

/// What /proc says of a peer's process, where it may be read: labels, not an identity. The peer can have become another program since, and users
/// name units of their own as they like.
struct PeerLabels: Sendable, Hashable {
    /// "report.service".
    var unit: String?
    /// "/usr/bin/report".
    var executable: String?

    init(unit: String? = nil, executable: String? = nil) {
        self.unit = unit
        self.executable = executable
    }

    init(of peer: PeerIdentity) {
        unit = Self.read("/proc/\(peer.pid)/cgroup").flatMap(Self.unit(inCgroup:))
        executable = Self.link("/proc/\(peer.pid)/exe")
    }

    /// The innermost service or scope of a control group: "0::/system.slice/report.service".
    static func unit(inCgroup text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("0::") } ?? ""
        return line.split(separator: "/").last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }.map(String.init)
    }

    private static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes {
            guard let base = $0.baseAddress else { return -1 }
            return readlink(path, base.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return length > 0 && length < buffer.count ? String(validating: buffer[..<length], as: UTF8.self) : nil
    }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let length = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        return length > 0 ? String(validating: buffer[..<length], as: UTF8.self) : nil
    }
}
