import Glibc

/// What standard error leads to.
enum LogDestination: Equatable {
    case journal
    case terminal
    /// A file or another program.
    case stream

    static func ofStandardError() -> LogDestination {
        LogDestination(descriptor: STDERR_FILENO, journalStream: getenv("JOURNAL_STREAM").map { String(cString: $0) })
    }

    /// `$JOURNAL_STREAM` is inherited by programs whose standard error has been led elsewhere since: it counts only where the descriptor is
    /// the very one that it names, by device and inode.
    init(descriptor: CInt, journalStream: String?) {
        var status = stat()
        if let journalStream, fstat(descriptor, &status) == 0, journalStream == "\(status.st_dev):\(status.st_ino)" {
            self = .journal
        } else {
            self = isatty(descriptor) == 1 ? .terminal : .stream
        }
    }

    func sink() throws(HostError) -> any LogSink {
        switch self {
        case .journal: JournalSink(socket: try DatagramSocket(path: JournalSink.path))
        case .terminal: TextSink()
        case .stream: JSONSink()
        }
    }
}
