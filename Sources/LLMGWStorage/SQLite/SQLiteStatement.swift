internal import CSQLite

/// A prepared statement. It is reset after every use, so that it never keeps a read transaction, and with it the write-ahead log, alive.
final class SQLiteStatement {
    private let handle: OpaquePointer
    /// Owns the handle; closes after its statements are gone.
    private unowned let connection: SQLiteConnection
    private let operation: String

    init(_ sql: String, of connection: SQLiteConnection, handle database: OpaquePointer) throws(SQLiteError) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        self.operation = Self.verb(of: sql)
        guard code == SQLITE_OK, let handle else { throw connection.error(code, operation) }
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    /// For a statement that gives no rows.
    func run(_ values: SQLiteValue...) throws(SQLiteError) {
        try run(values)
    }

    func run(_ values: [SQLiteValue]) throws(SQLiteError) {
        try forEachRow(values) { _ in true }
    }

    func map<T>(_ values: [SQLiteValue] = [], _ transform: (SQLiteRow) -> T) throws(SQLiteError) -> [T] {
        var result: [T] = []
        try forEachRow(values) {
            result.append(transform($0))
            return true
        }
        return result
    }

    /// Ends early when `body` returns false.
    func forEachRow(_ values: [SQLiteValue] = [], _ body: (SQLiteRow) -> Bool) throws(SQLiteError) {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
        while true {
            let code = sqlite3_step(handle)
            switch code {
            case SQLITE_ROW: if !body(SQLiteRow(statement: handle)) { return }
            case SQLITE_DONE: return
            default: throw connection.error(code, operation)
            }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
        let code =
            switch value {
            case .integer(let number): sqlite3_bind_int64(handle, index, number)
            case .text(var text):
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        csqlite_bind_text(handle, index, $0.baseAddress, Int32($0.count))
                    }
                }
            case .blob(let bytes): csqlite_bind_blob(handle, index, bytes, Int32(bytes.count))
            case .null: sqlite3_bind_null(handle, index)
            }
        guard code == SQLITE_OK else { throw connection.error(code, operation) }
    }

    /// "INSERT INTO usage": enough to find the place, and constant.
    private static func verb(of sql: String) -> String {
        sql.split(whereSeparator: \.isWhitespace).prefix(3).joined(separator: " ")
    }
}
