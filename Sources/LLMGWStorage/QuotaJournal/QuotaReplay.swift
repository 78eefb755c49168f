/// Decides what of an earlier life's journal still counts: every reservation that may lie within the last window.
///
/// Within one boot CLOCK_BOOTTIME tells each one's age exactly, whatever happened to the wall clock. Under another boot,
/// or where a record lies in the future (a machine that was set back to a snapshot), nobody knows how long the pause was:
/// the last record is taken as written now, and the others keep their distance from it. That makes everything as young as
/// it can possibly be, so that no window is over-granted.
struct QuotaReplay {
    /// How far back a reservation matters, in nanoseconds.
    var window: UInt64
    var now: UInt64
    var isSameBoot: Bool

    /// In the order of their times, the oldest first; times are of the present boot.
    func restore(_ records: [QuotaRecord]) -> (entries: [QuotaRecord], isExact: Bool) {
        let latest = records.lazy.map(\.time).max() ?? 0
        let isExact = isSameBoot && latest <= now
        let reference = isExact ? now : latest
        let entries = records.filter { $0.amount > 0 && reference - $0.time < window }
            .map { record in
                var record = record
                // A machine that runs for less than a window has no times before its boot.
                let age = reference - record.time
                record.time = now > age ? now - age : 0
                return record
            }
            .sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
        return (entries, isExact)
    }
}
