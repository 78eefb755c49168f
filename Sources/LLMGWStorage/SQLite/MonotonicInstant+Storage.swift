import Glibc
import LLMGWCore

extension MonotonicInstant {
    /// What the clock says now, for code that runs on a storage thread.
    static var onStorageThread: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
}
