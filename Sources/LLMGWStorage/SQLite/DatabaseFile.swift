import Glibc

/// What a database of ours consists of, and how it is opened by its writer.
struct DatabaseFile: Sendable {
    enum Durability: String, Sendable {
        /// Survives the death of the process; a power failure may take the last commits.
        case normal = "NORMAL"
        /// Each commit is on the disk when it returns.
        case full = "FULL"
    }

    /// Larger files are not searched for damage when they are opened, which takes a second for a gigabyte; it is found when it is met.
    private static let checkLimit: Int64 = 256 << 20

    var path: String
    var migrations: [String]
    var durability: Durability
    /// How many damaged files are kept beside it; the last place is used again and again.
    var asideLimit: Int

    func open() throws(SQLiteError) -> SQLiteConnection {
        try create()
        let connection = try SQLiteConnection(path: path, access: .writer)
        // Before anything is written: an existing file does not change it.
        try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = \(durability.rawValue)")
        if try connection.usedBytes <= Self.checkLimit { try connection.quickCheck() }
        try connection.migrate(migrations)
        return connection
    }

    /// Moves the file, its log and its index aside. Returns where the file is now; nil if there was none.
    func moveAside() throws(SQLiteError) -> String? {
        let names = (1...asideLimit).map { "\(path).broken-\($0)" }
        let target = names.first { access($0, F_OK) != 0 } ?? names[asideLimit - 1]
        for suffix in ["-wal", "-shm", ""] where rename(path + suffix, target + suffix) != 0 && errno != ENOENT {
            throw SQLiteError(
                .cannotOpen, String(cString: strerror(errno)), path: path + suffix, operation: "move aside")
        }
        return access(target, F_OK) == 0 ? target : nil
    }

    /// For the owner only: it holds what programs asked and were answered. SQLite gives its log the same mode.
    private func create() throws(SQLiteError) {
        // Only if it is new: closing a descriptor of an existing one would drop the locks of other connections to it.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw SQLiteError(
                errno == ENOSPC ? .full : .cannotOpen, String(cString: strerror(errno)), path: path,
                operation: "create the file")
        }
    }
}
