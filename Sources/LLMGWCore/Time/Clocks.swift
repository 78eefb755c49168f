import Glibc

// State machines are told what time it is. Only what drives them asks these clocks.

extension UnixTime {
    /// What the wall clock says. It may jump, also backwards.
    public static var now: UnixTime {
        let time = read(CLOCK_REALTIME)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension MonotonicInstant {
    /// What the monotonic clock says. It never goes back, and stands still while the host is suspended.
    public static var now: MonotonicInstant {
        let time = read(CLOCK_MONOTONIC)
        return MonotonicInstant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// The same, but it goes on while the host is suspended. Timers do not run by it: its instants are not to be compared with theirs.
    public static var nowWithSuspension: MonotonicInstant {
        let time = read(CLOCK_BOOTTIME)
        return MonotonicInstant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
}

/// Cannot fail for the clocks above: Linux has them all (clock_gettime(2)).
private func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
}
