import Glibc
import Logging

/// One line of the log, before it takes a form.
struct LogRecord {
    var time: timespec
    var level: Logger.Level
    var message: String
    /// Sorted by key.
    var metadata: [(key: String, value: Logger.MetadataValue)]
    var file: String
    var line: UInt

    /// The parts of a time that people read: UTC, or the host's own.
    func calendarTime(local: Bool) -> tm {
        var seconds = time.tv_sec
        var parts = tm()
        if local { localtime_r(&seconds, &parts) } else { gmtime_r(&seconds, &parts) }
        return parts
    }

    var milliseconds: Int { time.tv_nsec / 1_000_000 }
}

/// Where records go. From any thread.
protocol LogSink: Sendable {
    /// False if it is lost.
    func write(_ record: LogRecord) -> Bool
}
