import Glibc

/// What the system says of this process. What it does not tell is 0.
struct ProcessFigures {
    /// Seconds since 1970.
    var started: Double
    var cpuSeconds: Double
    var residentBytes: UInt64
    var openFiles: UInt64
    var maxFiles: UInt64

    /// `startedAt` is in milliseconds since 1970.
    static func current(startedAt: Int64) -> ProcessFigures {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessFigures(
            started: Double(startedAt) / 1000, cpuSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
            residentBytes: ProcessMemory.residentBytes(), openFiles: countOpenFiles(), maxFiles: UInt64(limit.rlim_cur))
    }

    private static func countOpenFiles() -> UInt64 {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count: UInt64 = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // Without the directory itself.
        return count - 1
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}
