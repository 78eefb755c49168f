import Glibc

/// What a process can see of the programs that other users run: what sections of `[clients]` with `units` or `executables` need.
public struct CallerVisibility: Sendable, Hashable {
    public var units: Bool
    public var executables: Bool

    public static let all = CallerVisibility(units: true, executables: true)

    public init(units: Bool, executables: Bool) {
        self.units = units
        self.executables = executables
    }

    /// Of the process with this name in /proc: its number, or "self". Nil where that cannot be found out.
    public init?(process: String) {
        guard let mounts = Self.read("/proc/\(process)/mountinfo"), let status = Self.read("/proc/\(process)/status")
        else { return nil }
        self.init(mounts: mounts, status: status)
    }

    /// A program's file is for those who may look into the program (CAP_SYS_PTRACE), its unit for all to whom /proc shows it.
    init(mounts: String, status: String) {
        let mayTrace = Self.effectiveCapabilities(status) & (1 << 19) != 0
        executables = mayTrace
        units = mayTrace || !Self.hidesProcesses(mounts)
    }

    /// systemd's `ProtectProc=` mounts a /proc with the option hidepid.
    private static func hidesProcesses(_ mounts: String) -> Bool {
        let options =
            mounts.split(separator: "\n").last { line in
                let fields = line.split(separator: " ")
                return fields.count > 4 && fields[4] == "/proc"
            }?.split(separator: " ").last?.split(separator: ",") ?? []
        return options.contains { $0.hasPrefix("hidepid=") && $0 != "hidepid=0" && $0 != "hidepid=off" }
    }

    private static func effectiveCapabilities(_ status: String) -> UInt64 {
        let name = "CapEff:\t"
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { UInt64($0.dropFirst(name.count), radix: 16) } ?? 0
    }

    /// Files of /proc do not tell their size.
    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = page.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += page[..<count]
        }
    }
}
