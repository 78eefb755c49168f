internal import CSQLite

/// One connection to a SQLite file. It belongs to the thread that opened it: SQLite's own locks are off.
final class SQLiteConnection {
    enum Access {
        /// The only writer of the file, and the only one who checkpoints it: see ADR 0015.
        case writer
        case reader
    }

    /// How long somebody else's lock is waited for, in milliseconds.
    private static let patience: CInt = 5_000
    private static let checkpointPatience: CInt = 100

    let path: String
    private let handle: OpaquePointer
    private var isClosed = false
    private var statements: [String: SQLiteStatement] = [:]
    /// Pages in the write-ahead log after the last commit, as SQLite's hook told. Its own place in memory: C writes to it.
    private let logPages = UnsafeMutablePointer<CInt>.allocate(capacity: 1)

    init(path: String, access: Access) throws(SQLiteError) {
        self.path = path
        var handle: OpaquePointer?
        let mode = access == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLiteError(code: code, message: message, path: path, operation: "open")
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, Self.patience)
        logPages.initialize(to: 0)
        switch access {
        case .reader: _ = csqlite_forbid_checkpoint_on_close(handle)
        case .writer:
            // Also takes the place of SQLite's automatic checkpoints; PRAGMA wal_autocheckpoint would take it back.
            _ = sqlite3_wal_hook(
                handle,
                { pages, _, _, count in
                    pages?.assumingMemoryBound(to: CInt.self).pointee = count
                    return SQLITE_OK
                }, logPages)
        }
    }

    deinit {
        close()
        logPages.deallocate()
    }

    /// Ends it now, whoever still holds a reference: before its file is moved aside, so that the log is in it.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// One or more statements without parameters and results.
    func execute(_ sql: String) throws(SQLiteError) {
        precondition(!isClosed)
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, "run \"\(sql.prefix { $0 != "\n" }.prefix(40))\"") }
    }

    /// For texts that are put together.
    func temporaryStatement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        precondition(!isClosed)
        return try SQLiteStatement(sql, of: self, handle: handle)
    }

    /// Prepared at its first use, and kept: to be called with constant texts only.
    func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        let statement = try temporaryStatement(sql)
        statements[sql] = statement
        return statement
    }

    /// The first column of the first row; 0 without a row.
    func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        var result: Int64 = 0
        try statement(sql).forEachRow {
            result = $0.integer(0)
            return false
        }
        return result
    }

    /// All or nothing. Takes the write lock at once, so that it cannot fail half-way for want of it.
    func transaction<T>(_ body: () throws(SQLiteError) -> T) throws(SQLiteError) -> T {
        try statement("BEGIN IMMEDIATE").run()
        do throws(SQLiteError) {
            let result = try body()
            try statement("COMMIT").run()
            return result
        } catch {
            // After some errors SQLite has rolled back already. If this fails too, closing the connection rolls back.
            if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    enum CheckpointMode { case passive, truncate }

    /// Pages in the write-ahead log, after the writer's last commit.
    var loggedPages: Int { Int(logPages.pointee) }

    /// Moves the write-ahead log into the database, as far as no reader needs it. For the writer only.
    func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) {
        let mode = mode == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        // Cutting the log off waits for readers, and who wants to write waits for that.
        sqlite3_busy_timeout(handle, Self.checkpointPatience)
        defer { sqlite3_busy_timeout(handle, Self.patience) }
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
        // Busy: a reader still needs the log; the next checkpoint moves the rest.
        guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else { throw error(code, "checkpoint") }
    }

    /// Looks for damage in the whole file.
    func quickCheck() throws(SQLiteError) {
        var finding = "ok"
        try temporaryStatement("PRAGMA quick_check(1)").forEachRow {
            finding = $0.text(0).split(whereSeparator: \.isNewline).joined(separator: " ")
            return true
        }
        guard finding == "ok" else {
            throw SQLiteError(.corrupt, code: SQLITE_CORRUPT, finding, path: path, operation: "check")
        }
    }

    func error(_ code: Int32, _ operation: String) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)), path: path, operation: operation)
    }
}
