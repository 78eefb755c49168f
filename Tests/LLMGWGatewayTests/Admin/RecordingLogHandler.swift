import Logging
import Synchronization

/// Keeps what was logged.
final class LogRecord: Sendable {
    struct Entry: Equatable, Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let list = Mutex<[Entry]>([])

    var entries: [Entry] { list.withLock { $0 } }

    fileprivate func append(_ entry: Entry) { list.withLock { $0.append(entry) } }

    var logger: Logger { Logger(label: "test") { _ in RecordingLogHandler(record: self) } }
}

private struct RecordingLogHandler: LogHandler {
    let record: LogRecord
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        record.append(
            LogRecord.Entry(
                level: event.level, message: event.message.description,
                metadata: (event.metadata ?? [:]).mapValues { "\($0)" }))
    }
}
