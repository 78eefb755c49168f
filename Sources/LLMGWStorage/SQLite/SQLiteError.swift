internal import CSQLite

/// What SQLite refused, in which file and doing what.
///
/// Its text carries names of files, tables and columns, never a value that was bound.
struct SQLiteError: Error, Hashable, CustomStringConvertible {
    /// What follows from it; SQLite's code says more than anybody has to know.
    enum Kind: Hashable {
        case full, inputOutput, corrupt, busy, readOnly, cannotOpen, newerSchema, inUse, other
    }

    let kind: Kind
    /// SQLite's extended result code; 0 where the error is ours.
    let code: Int32
    let message: String
    let path: String
    let operation: String

    init(_ kind: Kind, code: Int32 = 0, _ message: String, path: String, operation: String) {
        self.kind = kind
        self.code = code
        self.message = message
        self.path = path
        self.operation = operation
    }

    init(code: Int32, message: String, path: String, operation: String) {
        self.init(Kind(code: code), code: code, message, path: path, operation: operation)
    }

    var description: String {
        let number = code == 0 ? "" : " (SQLite code \(code))"
        return "\(path): cannot \(operation): \(message)\(number). \(kind.remedy)"
    }
}

extension SQLiteError.Kind {
    init(code: Int32) {
        switch code & 0xff {  // The primary code; the rest says more precisely which of them.
        case SQLITE_FULL: self = .full
        case SQLITE_IOERR: self = .inputOutput
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_READONLY, SQLITE_PERM: self = .readOnly
        case SQLITE_CANTOPEN: self = .cannotOpen
        default: self = .other
        }
    }

    var remedy: String {
        switch self {
        case .full: "Make room on the file system."
        case .inputOutput: "Look into the system's log for errors of the disk, and at the limits of the process."
        case .corrupt: "A damaged file is moved aside and a new one begun."
        case .busy, .inUse: "Let only one daemon use the directory, and no other program write to the file."
        case .readOnly, .cannotOpen: "Let the daemon's user write to the file and its directory."
        case .newerSchema: "A newer version wrote it: run that version, or move the file away."
        case .other: "Move the file away if it happens again, and report it."
        }
    }
}
