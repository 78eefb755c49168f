import LLMGWCore

/// The reading side of the cache's file, on its thread.
final class CacheFileReader: StorageWorker {
    typealias Command = @Sendable (CacheFileReader) -> Void

    private static let select = "SELECT \(CacheFileSchema.metadata), checksum, body FROM entry"

    private let shared: CacheFileShared
    private let session: DatabaseReadSession
    private let reportDamage: (_ key: [UInt8]) -> Void

    /// `reportDamage` tells the writer of a row whose body is not what was written.
    init(shared: CacheFileShared, session: DatabaseReadSession, reportDamage: @escaping (_ key: [UInt8]) -> Void) {
        self.shared = shared
        self.session = session
        self.reportDamage = reportDamage
    }

    func perform(_ commands: [Command]) {
        for command in commands { command(self) }
    }

    var wakeTime: MonotonicInstant? { nil }
    func wake() {}
    func close() { session.close() }

    func entry(_ key: [UInt8]) -> CacheFileEntry? {
        query { connection, life throws(SQLiteError) in
            var found: CacheFileEntry?
            try connection.statement(Self.select + " WHERE key = ?").forEachRow([.blob(key)]) {
                found = sound($0, life)
                return false
            }
            return found
        } ?? nil
    }

    func metadata(
        before cursor: CacheFile.Cursor?, limit: Int
    ) -> (metadata: [CacheFileMetadata], next: CacheFile.Cursor?)? {
        query { connection, life throws(SQLiteError) in
            let sql = "SELECT \(CacheFileSchema.metadata) FROM entry WHERE id < ? ORDER BY id DESC LIMIT ?"
            var page: [CacheFileMetadata] = []
            var last: Int64 = 0
            try connection.statement(sql).forEachRow([Self.start(cursor), .integer(Int64(limit))]) {
                last = $0.integer(0)
                page.append(CacheFileMetadata($0, life: life))
                return true
            }
            return (page, page.count < limit ? nil : CacheFile.Cursor(row: last))
        }
    }

    func entries(
        before cursor: CacheFile.Cursor?, maxBytes: Int
    ) -> (entries: [CacheFileEntry], next: CacheFile.Cursor?)? {
        query { connection, life throws(SQLiteError) in
            var page: [CacheFileEntry] = []
            var next: CacheFile.Cursor?
            var bytes = 0
            try connection.statement(Self.select + " WHERE id < ? ORDER BY id DESC").forEachRow([Self.start(cursor)]) {
                if let entry = sound($0, life) {
                    page.append(entry)
                    bytes += entry.body.count
                }
                guard bytes >= maxBytes else { return true }
                next = CacheFile.Cursor(row: $0.integer(0))
                return false
            }
            return (page, next)
        }
    }

    private static func start(_ cursor: CacheFile.Cursor?) -> SQLiteValue { .integer(cursor?.row ?? .max) }

    /// Nil, and said, if the body is not the one that was written.
    private func sound(_ row: SQLiteRow, _ life: Int64) -> CacheFileEntry? {
        let entry = CacheFileEntry(metadata: CacheFileMetadata(row, life: life), body: row.blob(11))
        guard CacheFileSchema.checksum(key: entry.metadata.key, body: entry.body) == row.integer(10) else {
            reportDamage(entry.metadata.key)
            return nil
        }
        return entry
    }

    private func query<T>(_ body: (SQLiteConnection, Int64) throws(SQLiteError) -> T) -> T? {
        do throws(SQLiteError) {
            return try session.perform { connection throws(SQLiteError) in try body(connection, shared.life) }
        } catch {
            return nil  // A miss; the writer was told.
        }
    }
}

extension CacheFileMetadata {
    /// The columns of `CacheFileSchema.metadata`.
    fileprivate init(_ row: SQLiteRow, life: Int64) {
        self.init(
            key: row.blob(1), scope: row.text(2), model: row.text(3), tags: CacheFileSchema.split(row.text(4)),
            created: row.integer(5), expires: row.integer(6), staleUntil: row.integer(7),
            epoch: CacheFileSchema.epoch(stored: row.integer(8), life: life), size: Int(row.integer(9)))
    }
}
