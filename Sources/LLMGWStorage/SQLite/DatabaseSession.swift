import LLMGWCore

/// A writer's database that may fail and come back.
///
/// States: unopened, open, suspended (until its retry time), closed (terminal). Damage moves the file aside, begins a new
/// one and repeats what failed, once. What the disk or the rights refuse suspends: whoever asks gets the error at
/// once, until the retry time has come and the next one tries. Any other error concerns only who asked.
final class DatabaseSession {
    private enum Mode {
        case unopened
        case open(SQLiteConnection)
        case suspended(SQLiteError, until: MonotonicInstant)
        case closed
    }

    /// Pages in the log from which on it is moved into the database: SQLite's own measure.
    private static let checkpointPages = 1_000
    /// 64 MiB in pages: then the log is emptied and cut off, even if that waits for a reader.
    private static let truncatePages = (64 << 20) / 4_096

    private let file: DatabaseFile
    private let retryDelay: Duration
    private let status: SharedStatus
    private let didOpen: (SQLiteConnection) throws(SQLiteError) -> Void
    private var lock: FileLock?
    private var mode = Mode.unopened

    /// `didOpen` runs on each new connection before it is used.
    init(
        _ file: DatabaseFile, retryDelay: Duration, status: SharedStatus,
        didOpen: @escaping (SQLiteConnection) throws(SQLiteError) -> Void
    ) {
        self.file = file
        self.retryDelay = retryDelay
        self.status = status
        self.didOpen = didOpen
    }

    /// Nil unless it is suspended.
    var retryTime: MonotonicInstant? {
        guard case .suspended(_, let until) = mode else { return nil }
        return until
    }

    func perform<T>(
        _ body: (SQLiteConnection) throws(SQLiteError) -> T
    ) throws(SQLiteError) -> T {
        let connection = try connect()
        do throws(SQLiteError) {
            return try body(connection)
        } catch {
            handle(error)
            guard error.kind == .corrupt else { throw error }
            return try body(connect())
        }
    }

    /// What a reader met. Once for each opening: the first settles what else it meets in that file.
    func handle(_ failure: DatabaseReadSession.Failure) {
        if failure.opening == status.openings { handle(failure.error) }
    }

    /// Does what an error asks for.
    private func handle(_ error: SQLiteError) {
        status.update { $0.errors += 1 }
        switch error.kind {
        case .corrupt: replace(because: error)
        case .full, .inputOutput, .readOnly, .cannotOpen, .newerSchema, .inUse: suspend(because: error)
        case .busy, .other: break
        }
    }

    /// Opens the file, if it is not open and may be tried.
    func open() {
        do throws(SQLiteError) { _ = try connect() } catch {
            // `status` says it, and `suspended` keeps it for whoever asks.
        }
    }

    /// Moves the log into the database when it has grown, and sees how large that is. To be called after writing.
    func checkpoint() {
        do throws(SQLiteError) {
            try perform { connection throws(SQLiteError) in
                if connection.loggedPages >= Self.checkpointPages { try connection.checkpoint(.passive) }
                if connection.loggedPages >= Self.truncatePages { try connection.checkpoint(.truncate) }
                let size = try connection.usedBytes
                status.update { $0.size = size }
            }
        } catch {
            status.update { $0.problem = error.description }
        }
    }

    func close() {
        leave(for: .closed)
        lock = nil
        status.update { $0.state = .closed }
    }

    private func connect() throws(SQLiteError) -> SQLiteConnection {
        switch mode {
        case .open(let connection): return connection
        case .suspended(let error, let until) where until > .now: throw error
        case .closed:
            throw SQLiteError(.other, "it is closed", path: file.path, operation: "use the file")
        case .unopened, .suspended:
            do throws(SQLiteError) { return try openFile() } catch {
                status.update { $0.errors += 1 }
                if error.kind == .corrupt { replace(because: error) } else { suspend(because: error) }
                guard case .open(let connection) = mode else { throw error }
                return connection
            }
        }
    }

    private func openFile() throws(SQLiteError) -> SQLiteConnection {
        if lock == nil { lock = try FileLock(besides: file.path) }
        let connection = try file.open()
        try didOpen(connection)
        mode = .open(connection)
        let size = try connection.usedBytes
        status.update { $0.size = size }
        status.opened()
        return connection
    }

    /// Closes the connection, which moves the log into the database.
    private func leave(for next: Mode) {
        if case .open(let connection) = mode { connection.close() }
        mode = next
    }

    private func replace(because damage: SQLiteError) {
        leave(for: .unopened)
        do throws(SQLiteError) {
            let aside = try file.moveAside()
            status.update {
                $0.problem = damage.description
                $0.movedAside = aside
            }
            _ = try openFile()
        } catch {
            suspend(because: error)
        }
    }

    private func suspend(because error: SQLiteError) {
        let until = MonotonicInstant.now + retryDelay
        leave(for: .suspended(error, until: until))
        status.update {
            $0.state = .disabled
            $0.problem = error.description
            $0.retryTime = until
        }
    }
}

extension SQLiteConnection {
    /// Bytes of pages that hold something.
    var usedBytes: Int64 {
        get throws(SQLiteError) {
            try (integer("PRAGMA page_count") - integer("PRAGMA freelist_count")) * integer("PRAGMA page_size")
        }
    }
}
