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
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw SQLiteError(.inUse, "another process uses it", path: path, operation: "open")
        }
    }

    deinit { close(descriptor) }
}
