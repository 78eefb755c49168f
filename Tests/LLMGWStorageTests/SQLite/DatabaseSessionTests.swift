import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Database session")
struct DatabaseSessionTests {
    private let directory: TemporaryDirectory
    private let status: SharedStatus

    init() throws {
        directory = try TemporaryDirectory()
        status = SharedStatus(path: directory("test.db"))
    }

    private func makeSession(retryDelay: Duration = .seconds(1_000)) -> DatabaseSession {
        DatabaseSession(
            DatabaseFile(
                path: directory("test.db"), migrations: ["CREATE TABLE t (a)"], durability: .normal, asideLimit: 1),
            retryDelay: retryDelay, status: status, didOpen: { _ in })
    }

    private func error(_ kind: SQLiteError.Kind) -> SQLiteError {
        SQLiteError(kind, "a test", path: status.value.path, operation: "test")
    }

    private func insert(into session: DatabaseSession) throws {
        try session.perform { connection throws(SQLiteError) in try connection.execute("INSERT INTO t VALUES (1)") }
    }

    private func count(_ session: DatabaseSession) throws -> Int64 {
        try session.perform { connection throws(SQLiteError) in try connection.integer("SELECT count(*) FROM t") }
    }

    @Test func damageIsMovedAsideAndTheWorkRepeatedInANewFile() throws {
        let session = makeSession()
        try insert(into: session)
        var runs = 0
        var held: SQLiteConnection?
        try session.perform { connection throws(SQLiteError) in
            runs += 1
            if runs == 1 {
                held = connection
                throw error(.corrupt)
            }
            try connection.execute("INSERT INTO t VALUES (2)")
        }
        #expect(runs == 2)
        #expect(status.value.state == .ready)
        #expect(status.value.movedAside == directory("test.db.broken-1"))
        #expect(status.openings == 2)
        #expect(!directory.names.contains("test.db.broken-1-wal"), "it was closed before, whoever still held it")
        withExtendedLifetime(held) {}
        held = nil
        #expect(try count(session) == 1)
        session.close()
    }

    @Test func damageThatComesBackAtOnceIsTheCallersError() throws {
        let session = makeSession()
        #expect(throws: SQLiteError.self) {
            try session.perform { _ throws(SQLiteError) -> Void in throw error(.corrupt) }
        }
        try insert(into: session)
        #expect(status.value.state == .ready)
        session.close()
    }

    @Test(arguments: [SQLiteError.Kind.full, .inputOutput, .readOnly, .cannotOpen])
    func whatTheDiskRefusesSuspends(kind: SQLiteError.Kind) throws {
        let session = makeSession()
        #expect(throws: error(kind)) { try session.perform { _ throws(SQLiteError) -> Void in throw error(kind) } }
        #expect(status.value.state == .disabled)
        #expect(status.value.problem == error(kind).description)
        #expect(status.value.retryTime == session.retryTime)
        #expect(try #require(session.retryTime) > .now)
        #expect(throws: error(kind), "at once, without trying") { try insert(into: session) }
        session.close()
        #expect(status.value.state == .closed)
        #expect(throws: SQLiteError.self) { try insert(into: session) }
    }

    @Test(arguments: [SQLiteError.Kind.busy, .other])
    func anyOtherErrorConcernsOnlyWhoAsked(kind: SQLiteError.Kind) throws {
        let session = makeSession()
        #expect(throws: error(kind)) { try session.perform { _ throws(SQLiteError) -> Void in throw error(kind) } }
        try insert(into: session)
        #expect(session.retryTime == nil)
        session.close()
    }

    @Test func triesAgainWhenItsTimeHasCome() throws {
        let session = makeSession(retryDelay: .zero)
        #expect(throws: SQLiteError.self) {
            try session.perform { _ throws(SQLiteError) -> Void in throw error(.full) }
        }
        #expect(status.value.state == .disabled)
        try insert(into: session)
        #expect(status.value.state == .ready)
        #expect(status.value.retryTime == nil)
        #expect(status.value.problem == error(.full).description, "stays, for who looks later")
        session.close()
    }

    @Test func aReadersFindingCountsOnceForEachOpening() throws {
        let session = makeSession()
        try insert(into: session)
        session.handle(DatabaseReadSession.Failure(error: error(.corrupt), opening: 1))
        #expect(status.openings == 2)
        try insert(into: session)
        session.handle(DatabaseReadSession.Failure(error: error(.corrupt), opening: 1))
        #expect(status.openings == 2)
        #expect(try count(session) == 1)
        session.close()
    }

    @Test func aLogThatAReaderMadeGrowIsCutOffWhenTheReaderIsGone() throws {
        let session = makeSession()
        try insert(into: session)
        let reader = try SQLiteConnection(path: directory("test.db"), access: .reader)
        try reader.execute("BEGIN")
        #expect(try reader.integer("SELECT count(*) FROM t") == 1)
        for _ in 0..<9 {
            try session.perform { connection throws(SQLiteError) in
                try connection.execute("INSERT INTO t VALUES (randomblob(8000000))")
            }
            session.checkpoint()
        }
        #expect(try directory.contents("test.db-wal").count > 64 << 20)
        #expect(try reader.integer("SELECT count(*) FROM t") == 1, "the reader sees what it saw")
        try reader.execute("COMMIT")
        try insert(into: session)
        session.checkpoint()
        #expect(try directory.contents("test.db-wal").isEmpty)
        #expect(try count(session) == 11)
        #expect(status.value.problem == nil)
        session.close()
    }
}
