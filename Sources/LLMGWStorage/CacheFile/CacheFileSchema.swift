enum CacheFileSchema {
    /// Forward only: a script that was released is never changed, the next version is appended.
    static let migrations = [
        """
        CREATE TABLE entry (
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE,
            scope TEXT NOT NULL,
            model TEXT NOT NULL,
            tags TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            stale_until INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            size INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            body BLOB NOT NULL
        );
        CREATE INDEX entry_end ON entry (stale_until);
        CREATE TABLE life (number INTEGER NOT NULL);
        INSERT INTO life VALUES (0);
        """
    ]

    static let metadata = "id, key, scope, model, tags, created, expires, stale_until, epoch, size"

    /// Ties the body to its key: a row that got another's content is damaged too.
    static func checksum(key: [UInt8], body: [UInt8]) -> Int64 {
        Int64(bitPattern: Checksum.of(body, seed: Checksum.of(key)))
    }

    /// Epochs count anew in each life of the daemon; in the file they go on.
    static func storedEpoch(_ epoch: UInt32, life: Int64) -> Int64 { life << 32 | Int64(epoch) }

    static func epoch(stored: Int64, life: Int64) -> UInt32 {
        stored >> 32 == life ? UInt32(truncatingIfNeeded: stored) : 0
    }

    /// "␟tag␟tag␟", so that each tag stands between two separators.
    static func joined(_ tags: [String]) -> String {
        tags.isEmpty ? "" : "\(separator)\(tags.joined(separator: String(separator)))\(separator)"
    }

    static func split(_ tags: String) -> [String] {
        tags.split { $0 == separator }.map(String.init)
    }

    static let separator: Character = "\u{1f}"
}
