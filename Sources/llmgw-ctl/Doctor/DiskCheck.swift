import Glibc
import LLMGWCore

/// Whether there is room where the daemon keeps what outlives it.
enum DiskCheck {
    static func finding(_ directory: String?) -> Finding {
        guard let directory else {
            return .skipped(
                "disk", "no state directory is known: nothing outlives the daemon, or you may not see the settings",
                "Set server.state_directory where usage, budgets and forced breakers are to outlive a restart.")
        }
        var figures = statvfs()
        guard statvfs(directory, &figures) == 0 else {
            return .failed(
                "disk", "\(directory): \(String(cString: strerror(errno)))",
                "Make the directory, owned by the daemon's user and with mode 0700.")
        }
        return judge(
            directory, free: UInt64(figures.f_bavail) * UInt64(figures.f_frsize),
            size: UInt64(figures.f_blocks) * UInt64(figures.f_frsize))
    }

    /// 64 MiB hold about a day of a busy ledger with its journal; with 5 % left of a disk other programs begin to fail too.
    static func judge(_ directory: String, free: UInt64, size: UInt64) -> Finding {
        let message = "\(free.mebibytes) free at \(directory)"
        let remedy = "Make room on that file system, or set server.state_directory to another."
        if free < 16 << 20 { return .failed("disk", message, remedy) }
        if free < 64 << 20 || free < size / 20 { return .warning("disk", message, remedy) }
        return .ok("disk", message)
    }
}
