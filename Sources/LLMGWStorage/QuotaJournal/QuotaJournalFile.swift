import Glibc

/// The journal's file: a header, and a place for each record of the ring.
final class QuotaJournalFile {
    struct Opened {
        var file: QuotaJournalFile
        var entries: [QuotaRecord]
        var nextSequence: UInt64
        /// Whether the entries' times are exact.
        var isExact: Bool
        /// What was wrong with the file that was there.
        var problem: String?
    }

    let header: QuotaJournalHeader
    private let path: String
    private let descriptor: CInt
    private let lock: FileLock

    private init(path: String, header: QuotaJournalHeader, descriptor: CInt, lock: consuming FileLock) {
        self.path = path
        self.header = header
        self.descriptor = descriptor
        self.lock = lock
    }

    deinit { close(descriptor) }

    static let bootTime: @Sendable () -> UInt64 = {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// A file of this boot goes on as it is. Any other one is replaced, with what still counts of it.
    static func open(
        path: String, header: QuotaJournalHeader, now: UInt64, window: UInt64
    ) throws(SQLiteError) -> Opened {
        let lock = try FileLock(besides: path)
        let (contents, problem) = QuotaJournalContents.read(path: path)
        let replay = QuotaReplay(window: window, now: now, isSameBoot: contents.header?.boot == header.boot)
        var (entries, isExact) = replay.restore(contents.records)
        if isExact, contents.header == header {
            let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { throw failure(path, "open the file") }
            let file = QuotaJournalFile(path: path, header: header, descriptor: descriptor, lock: lock)
            let last = contents.records.lazy.map(\.sequence).max() ?? 0
            return Opened(file: file, entries: entries, nextSequence: last + 1, isExact: true, problem: problem)
        }
        entries = Array(entries.suffix(Int(header.capacity)))
        for index in entries.indices { entries[index].sequence = UInt64(index + 1) }
        let descriptor = try create(path: path, header: header, entries: entries)
        let file = QuotaJournalFile(path: path, header: header, descriptor: descriptor, lock: lock)
        return Opened(
            file: file, entries: entries, nextSequence: UInt64(entries.count + 1), isExact: isExact,
            problem: problem)
    }

    /// Nil if it worked. `count` records, none beyond the ring's end.
    func write(_ bytes: UnsafeRawBufferPointer, count: Int, from sequence: UInt64) -> SQLiteError? {
        let place = Int((sequence - 1) % UInt64(header.capacity)) + 1
        let length = count * QuotaRecord.size
        let written = pwrite(descriptor, bytes.baseAddress, length, place * QuotaRecord.size)
        return written == length ? nil : Self.failure(path, "write", isShort: written >= 0)
    }

    /// Put in place by renaming, so that a crash leaves the old file or the new one. All its blocks are there from the start:
    /// a full disk is noticed here and not when a request is about to be sent.
    private static func create(
        path: String, header: QuotaJournalHeader, entries: [QuotaRecord]
    ) throws(SQLiteError) -> CInt {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = Glibc.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(temporary, "create the file") }
        do throws(SQLiteError) {
            let code = posix_fallocate(descriptor, 0, (Int(header.capacity) + 1) * QuotaRecord.size)
            guard code == 0 else {
                errno = code
                throw failure(temporary, "allocate the file")
            }
            let bytes = UnsafeMutableRawBufferPointer.allocate(
                byteCount: (entries.count + 1) * QuotaRecord.size, alignment: 8)
            defer { bytes.deallocate() }
            header.encode(into: bytes)
            for (index, entry) in entries.enumerated() {
                let start = (index + 1) * QuotaRecord.size
                entry.encode(into: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]), seed: header.seed)
            }
            guard pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count else {
                throw failure(temporary, "write")
            }
            guard rename(temporary, path) == 0 else { throw failure(temporary, "put it in place") }
            return descriptor
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
    }

    private static func failure(_ path: String, _ operation: String, isShort: Bool = false) -> SQLiteError {
        let kind: SQLiteError.Kind =
            switch errno {
            case ENOSPC, EDQUOT, EFBIG: .full
            case EIO: .inputOutput
            default: isShort ? .full : .cannotOpen
            }
        let message = isShort ? "only a part was written" : String(cString: strerror(errno))
        return SQLiteError(kind, message, path: path, operation: operation)
    }
}
