import Glibc

/// Whether the daemon may open as many files as its clients and upstreams need.
enum LimitsCheck {
    /// A thousand clients, as many transfers, and room for both to grow.
    private static let enough: UInt64 = 4096

    static func finding(daemonPID: UInt32) -> Finding {
        guard let file = fopen("/proc/\(daemonPID)/limits", "r") else {
            return .skipped("limits", "/proc/\(daemonPID)/limits cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let limit = openFiles(String(decoding: bytes[..<count], as: UTF8.self)) else {
            return .skipped("limits", "/proc/\(daemonPID)/limits does not tell how many files may be open")
        }
        return judge(limit)
    }

    /// The soft limit; `UInt64.max` where there is none.
    static func openFiles(_ limits: String) -> UInt64? {
        let name = "Max open files"
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        let soft = line.dropFirst(name.count).split(separator: " ").first
        return soft == "unlimited" ? .max : soft.flatMap { UInt64($0) }
    }

    static func judge(_ limit: UInt64) -> Finding {
        guard limit < enough else {
            return .ok("limits", limit == .max ? "any number of open files" : "up to \(limit) open files")
        }
        return .warning(
            "limits", "only \(limit) open files: each connection of a client and of an upstream is one",
            "Set LimitNOFILE=65536 in the unit, or raise `ulimit -n` before the daemon starts.")
    }
}
