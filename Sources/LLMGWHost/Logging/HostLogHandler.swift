import Glibc
public import Logging

/// The daemon's log: to the journal where standard error is connected to it, as text to a terminal, else as lines of JSON.
public struct HostLogHandler: LogHandler {
    public var logLevel = Logger.Level.info
    public var metadata: Logger.Metadata = [:]
    /// Shared by all copies.
    public let figures = LogFigures()
    private let sink: any LogSink

    /// What standard error is decides the form.
    public static func standardError() throws(HostError) -> HostLogHandler {
        HostLogHandler(sink: try LogDestination.ofStandardError().sink())
    }

    init(sink: any LogSink) { self.sink = sink }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var merged = metadata
        merged.merge(event.metadata ?? [:]) { _, own in own }
        if let error = event.error { merged["llmgw-problem"] = "\(error)" }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let isWritten = sink.write(
            LogRecord(
                time: now, level: event.level, message: event.message.description,
                metadata: merged.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, file: event.file,
                line: event.line))
        figures.note(event.level, isWritten: isWritten)
    }
}
