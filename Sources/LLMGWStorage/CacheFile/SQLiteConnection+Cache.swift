/// The cache's statements, for its writer.
extension SQLiteConnection {
    /// Rows and pages that one turn of the upkeep touches: few enough for a write not to wait long.
    private static let upkeepRows: Int64 = 1_000
    private static let upkeepPages: Int64 = 2_000

    /// Begins the next life of the file's epochs, or goes on with the present one, in whatever file is there now.
    func beginLife(after present: Int64?) throws(SQLiteError) -> Int64 {
        if let present {
            try statement("UPDATE life SET number = ?").run(.integer(present))
        } else {
            try execute("UPDATE life SET number = number + 1")
        }
        return try integer("SELECT number FROM life")
    }

    /// Returns by how much the number of entries grew: not at all where one is replaced.
    func insert(_ entry: CacheFileEntry, life: Int64) throws(SQLiteError) -> Int {
        let metadata = entry.metadata
        try statement("DELETE FROM entry WHERE key = ?").run(.blob(metadata.key))
        let replaced = changes
        try statement(
            """
            INSERT INTO entry
                (key, scope, model, tags, created, expires, stale_until, epoch, size, checksum, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).run(
            .blob(metadata.key), .text(metadata.scope), .text(metadata.model),
            .text(CacheFileSchema.joined(metadata.tags)), .integer(metadata.created), .integer(metadata.expires),
            .integer(metadata.staleUntil), .integer(CacheFileSchema.storedEpoch(metadata.epoch, life: life)),
            .integer(Int64(entry.body.count)),
            .integer(CacheFileSchema.checksum(key: metadata.key, body: entry.body)), .blob(entry.body))
        return 1 - replaced
    }

    /// Deletes the oldest entries until the rest fits, and a little more, so that not every batch has to. Returns how many.
    func evict(downTo maxBytes: Int64) throws(SQLiteError) -> Int {
        let used = try usedBytes
        guard used > maxBytes else { return 0 }
        var excess = used - maxBytes / 100 * 98
        var last: Int64 = 0
        try statement("SELECT id, size + 256 FROM entry ORDER BY id").forEachRow {
            last = $0.integer(0)
            excess -= $0.integer(1)
            return excess > 0
        }
        try statement("DELETE FROM entry WHERE id <= ?").run(.integer(last))
        return changes
    }

    /// Returns how many entries were deleted.
    func purge(_ selector: CacheFileSelector, before epoch: Int64) throws(SQLiteError) -> Int {
        let delete = "DELETE FROM entry WHERE "
        switch selector {
        case .key(let key): try statement(delete + "key = ? AND epoch < ?").run(.blob(key), .integer(epoch))
        case .model(let model): try statement(delete + "model = ? AND epoch < ?").run(.text(model), .integer(epoch))
        case .scope(let scope): try statement(delete + "scope = ? AND epoch < ?").run(.text(scope), .integer(epoch))
        case .tag(let tag):
            try statement(delete + "instr(tags, ?) > 0 AND epoch < ?")
                .run(.text(CacheFileSchema.joined([tag])), .integer(epoch))
        case .all: try statement(delete + "epoch < ?").run(.integer(epoch))
        case .expired(let instant): try statement(delete + "stale_until < ?").run(.integer(instant))
        }
        return changes
    }

    /// A commit that is on the disk when it returns.
    func durably<T>(_ body: () throws(SQLiteError) -> T) throws(SQLiteError) -> T {
        try execute("PRAGMA synchronous = FULL")
        do throws(SQLiteError) {
            let result = try transaction(body)
            try execute("PRAGMA synchronous = NORMAL")
            return result
        } catch {
            try execute("PRAGMA synchronous = NORMAL")
            throw error
        }
    }

    /// How many entries went, and whether there is more to do.
    func keepUp(now: Int64) throws(SQLiteError) -> (deleted: Int, isMore: Bool) {
        try statement("DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE stale_until < ? LIMIT ?)")
            .run(.integer(now), .integer(Self.upkeepRows))
        let deleted = changes
        var isMore = deleted == Int(Self.upkeepRows)
        // Some free pages are good to have: the next entries need them.
        if try integer("PRAGMA freelist_count") > max(Self.upkeepPages, integer("PRAGMA page_count") / 10) {
            try execute("PRAGMA incremental_vacuum(\(Self.upkeepPages))")
            isMore = true
        }
        return (deleted, isMore)
    }
}
