import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("SQLite connection")
struct SQLiteConnectionTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(_ access: SQLiteConnection.Access = .writer) throws -> SQLiteConnection {
        try SQLiteConnection(path: directory("test.db"), access: access)
    }

    private func file(_ migrations: [String] = ["CREATE TABLE t (a)"]) -> DatabaseFile {
        DatabaseFile(
            path: directory("test.db"), migrations: migrations, durability: .normal,
            asideLimit: 2)
    }

    @Test func bindsAndReadsEveryType() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (a, b, c, d)")
        let insert = try connection.statement("INSERT INTO t VALUES (?, ?, ?, ?)")
        try insert.run(.integer(.min), .text("正\0文"), .blob([0, 255]), .null)
        try insert.run(.integer(.max), "", .blob([]), .optional(nil as String?))
        let rows = try connection.statement("SELECT a, b, c, d, typeof(b), typeof(c) FROM t").map { row in
            #expect(row.optionalInteger(3) == nil)
            #expect(row.optionalText(3) == nil)
            return "\(row.integer(0)) \(row.text(1)) \(row.blob(2)) \(row.text(4)) \(row.text(5))"
        }
        #expect(rows == ["\(Int64.min) 正\0文 [0, 255] text blob", "\(Int64.max)  [] text blob"])
    }

    @Test func aTransactionThatFailsLeavesNothing() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (a UNIQUE)")
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction { () throws(SQLiteError) in
                try connection.statement("INSERT INTO t VALUES (?)").run(.text("secret"))
                try connection.statement("INSERT INTO t VALUES (?)").run(.text("secret"))
            }
        }
        #expect(error?.kind == .other)
        #expect(error?.code == 2_067, "the extended code of a UNIQUE constraint")
        #expect("\(try #require(error))".contains("cannot INSERT INTO t"))
        #expect(!"\(try #require(error))".contains("secret"))
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
        #expect(try connection.transaction { 7 } == 7)
    }

    @Test func aMistakeInSQLAndAMissingFolderAreErrorsWithPlaceAndRemedy() throws {
        #expect(throws: SQLiteError.self) { try open().statement("SELECT nonsense") }
        let missing = directory("missing/test.db")
        let error = #expect(throws: SQLiteError.self) { try SQLiteConnection(path: missing, access: .writer) }
        #expect(error?.kind == .cannotOpen)
        #expect("\(try #require(error))".hasPrefix("\(missing): cannot open: "))
        #expect("\(try #require(error))".hasSuffix("Let the daemon's user write to the file and its directory."))
    }

    @Test func migratesForwardOnly() throws {
        let first = "CREATE TABLE t (a); INSERT INTO t VALUES (1)"
        let second = "ALTER TABLE t ADD COLUMN b"
        #expect(try file([first]).open().integer("PRAGMA user_version") == 1)
        let connection = try file([first, second]).open()
        #expect(try connection.integer("PRAGMA user_version") == 2)
        #expect(try connection.integer("SELECT count(b IS NULL) FROM t") == 1)
        let error = #expect(throws: SQLiteError.self) { try file([first]).open() }
        #expect(error?.kind == .newerSchema)
    }

    @Test func aMigrationThatFailsChangesNothing() throws {
        #expect(throws: SQLiteError.self) { try file(["CREATE TABLE t (a)", "CREATE TABLE t (a)"]).open() }
        let connection = try open()
        #expect(try connection.integer("PRAGMA user_version") == 0)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == 0)
    }

    @Test func opensAsTheDecisionSays() throws {
        let connection = try file().open()
        #expect(try connection.integer("PRAGMA wal_autocheckpoint") == 0)
        #expect(try connection.integer("PRAGMA auto_vacuum") == 2, "incremental")
        #expect(try connection.integer("PRAGMA synchronous") == 1, "normal")
        #expect(try connection.statement("PRAGMA journal_mode").map { $0.text(0) } == ["wal"])
        var properties = stat()
        for suffix in ["", "-wal", "-shm"] {
            #expect(stat(directory("test.db" + suffix), &properties) == 0)
            #expect(properties.st_mode & 0o777 == 0o600)
        }
    }

    @Test func aReaderNeverMovesTheLog() throws {
        var writer: SQLiteConnection? = try file().open()
        try writer?.checkpoint(.truncate)
        try writer?.execute("INSERT INTO t VALUES (1)")
        #expect(try #require(writer).loggedPages > 0)
        let reader = try open(.reader)
        #expect(try reader.integer("SELECT count(*) FROM t") == 1)
        #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (2)") }
        writer = nil
        let size = try fileSize("test.db-wal")
        #expect(size > 0, "the reader keeps the log from being removed")
        withExtendedLifetime(reader) {}
    }

    @Test func theLastReaderLeavesTheLogToTheWriter() throws {
        var writer: SQLiteConnection? = try file().open()
        var reader: SQLiteConnection? = try open(.reader)
        #expect(try reader?.integer("SELECT count(*) FROM t") == 0)
        try writer?.execute("INSERT INTO t VALUES (1)")
        writer = nil
        let before = try fileSize("test.db-wal")
        reader = nil
        #expect(try fileSize("test.db-wal") == before)
        #expect(try file().open().integer("SELECT count(*) FROM t") == 1)
    }

    @Test func findsDamage() throws {
        var connection: SQLiteConnection? = try file(["CREATE TABLE t (a)", "CREATE INDEX i ON t (a)"]).open()
        try connection?.transaction { () throws(SQLiteError) in
            for number in 0..<2_000 {
                try connection?.statement("INSERT INTO t VALUES (?)").run(
                    .text("\(number) \(String(repeating: "字", count: 100))"))
            }
        }
        try connection?.quickCheck()
        connection = nil
        try overwrite("test.db", at: 40 * 4_096, count: 40 * 4_096)
        let damaged = try SQLiteConnection(path: directory("test.db"), access: .writer)
        let error = #expect(throws: SQLiteError.self) { try damaged.quickCheck() }
        #expect(error?.kind == .corrupt)
    }

    @Test func movesDamagedFilesAsideAndKeepsABoundedNumber() throws {
        let file = file()
        #expect(try file.moveAside() == nil)
        for name in ["test.db.broken-1", "test.db.broken-2", "test.db.broken-2"] {
            _ = try file.open()
            #expect(try file.moveAside() == directory(name))
        }
        #expect(
            directory.names.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") } == [
                "test.db.broken-1", "test.db.broken-2",
            ])
    }

    @Test func aFileHasOneUser() throws {
        let lock = try FileLock(besides: directory("test.db"))
        let error = #expect(throws: SQLiteError.self) { _ = try FileLock(besides: directory("test.db")) }
        #expect(error?.kind == .inUse)
        _ = consume lock
        _ = try FileLock(besides: directory("test.db"))
    }

    private func fileSize(_ name: String) throws -> Int {
        var properties = stat()
        try #require(stat(directory(name), &properties) == 0)
        return properties.st_size
    }

    private func overwrite(_ name: String, at offset: Int, count: Int) throws {
        try directory.overwrite(name, at: offset, with: [UInt8](repeating: 0x5a, count: count))
    }
}
