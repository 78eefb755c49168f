import Glibc

/// Keeps a second daemon away from a file: two writers would destroy what each believes to own.
///
/// The lock is on a file beside it, as closing any descriptor of a SQLite file drops SQLite's own locks. It ends with the process.
struct FileLock: ~Copyable {
    private let descriptor: CInt

    init(besides path: String) throws(SQLiteError) {
        let lockPath = path + ".lock"
        descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw SQLiteError(
                errno == ENOSPC ? .full : .cannotOpen, String(cString: strerror(errno)), path: lockPath,
                operation: "create the lock file")
        }
        // A process that is just ending, or starting another, holds it a moment longer.
        for _ in 0..<Self.attempts {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(1_000)
        }
        close(descriptor)
        throw SQLiteError(.inUse, "another process uses it", path: path, operation: "open")
    }

    private static let attempts = 100

    deinit { close(descriptor) }
}
