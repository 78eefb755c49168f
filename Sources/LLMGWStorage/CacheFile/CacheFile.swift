import LLMGWCore

/// The disk tier of the response cache: a SQLite file that may be deleted at any time.
///
/// Two threads work on it, and nobody else waits for the disk: one reads by key, one writes, evicts and checkpoints
/// (ADR 0015). Writes are best effort: `write` never blocks, and what comes within 50 ms is committed together; `kill -9`
/// takes no more than that. A failure never becomes a request's failure: a damaged row is a miss, a damaged file is
/// moved aside and begun anew, a full or failing disk switches the tier off for a while, and `status` says all that.
///
/// Purging: the caller counts purges in an epoch and gives each entry the one its fill began under. A purge deletes what is
/// in the file and under way to it with an older epoch. A read that was under way may still return a purged entry, so the
/// caller compares `epoch` when it has it.
public final class CacheFile: Sendable {
    public struct Settings: Sendable {
        public var path: String
        /// The oldest entries are evicted when the file holds more, in bytes.
        public var maxBytes: Int64
        /// Bytes that may wait to be written.
        public var maxPendingBytes: Int
        /// Reads that may wait.
        public var maxPendingReads: Int
        /// How long a file that failed is left alone.
        public var retryDelay: Duration

        public init(
            path: String, maxBytes: Int64 = 1 << 30, maxPendingBytes: Int = 64 << 20, maxPendingReads: Int = 1_024,
            retryDelay: Duration = .seconds(30)
        ) {
            self.path = path
            self.maxBytes = maxBytes
            self.maxPendingBytes = maxPendingBytes
            self.maxPendingReads = maxPendingReads
            self.retryDelay = retryDelay
        }
    }

    /// Where a listing goes on.
    public struct Cursor: Sendable, Hashable {
        let row: Int64
    }

    private let shared: CacheFileShared
    private let maxBody: Int
    private let writer: StorageThread<CacheFileWriter.Command>
    private let reader: StorageThread<CacheFileReader.Command>

    /// Returns at once; the file is opened and checked on the writer's thread. Until `status` is ready, reads find nothing.
    public init(_ settings: Settings) throws(StorageError) {
        let shared = CacheFileShared(path: settings.path)
        let writer = try StorageThread(
            limits: .init(capacity: settings.maxPendingBytes, batchWeight: settings.maxPendingBytes / 4)
        ) { CacheFileWriter(settings, shared: shared) }
        let reader = try StorageThread(limits: .init(capacity: settings.maxPendingReads, batchWeight: 1)) {
            let session = DatabaseReadSession(path: settings.path, opening: { shared.status.openings }) { failure in
                _ = writer.submit(.readFailed(failure), .prompt)
            }
            return CacheFileReader(shared: shared, session: session) { key in
                _ = writer.submit(.removeDamaged(key: key), .prompt)
            }
        }
        self.shared = shared
        // SQLite itself takes up to a billion bytes.
        maxBody = min(Int(clamping: settings.maxBytes / 8), 1 << 29)
        self.writer = writer
        self.reader = reader
    }

    /// From any thread.
    public var status: StorageStatus {
        var status = shared.status.value
        status.refused = writer.refused + reader.refused
        return status
    }

    /// From any thread.
    public var figures: StorageFigures { StorageFigures(status, writer: writer, reader: reader) }

    /// Nil if it is not there, damaged, or the tier is switched off or has too much to do. Expired entries are returned too.
    public func read(_ key: [UInt8]) async -> CacheFileEntry? {
        await ask { reader in reader.entry(key) }
    }

    /// The newest entries and then older ones, page by page: at most `limit` a page. For filling the memory tier after a start.
    public func newestMetadata(
        before cursor: Cursor? = nil, limit: Int
    ) async -> (metadata: [CacheFileMetadata], next: Cursor?) {
        await ask { reader in reader.metadata(before: cursor, limit: limit) } ?? ([], nil)
    }

    /// The same with the bodies: a page ends when it holds `maxBytes` of them.
    public func newestEntries(
        before cursor: Cursor? = nil, maxBytes: Int
    ) async -> (entries: [CacheFileEntry], next: Cursor?) {
        await ask { reader in reader.entries(before: cursor, maxBytes: maxBytes) } ?? ([], nil)
    }

    /// Writes or replaces an entry. False if it is refused: too much waits already, the tier is off, the body is larger than an
    /// eighth of the file may be, or a tag contains U+001F.
    @discardableResult
    public func write(_ entry: CacheFileEntry) -> Bool {
        guard shared.isUsable, entry.body.count <= maxBody,
            !entry.metadata.tags.contains(where: { $0.utf8.contains(0x1f) })
        else { return false }
        return writer.submit(.write(entry), weight: entry.body.count + 512, .batched)
    }

    /// Deletes what the selector names and was filled under an epoch before `epoch`, and drops later writes of that kind.
    ///
    /// Returns how many entries were deleted, when that is on the disk: not even a power failure brings them back. If the file
    /// fails, it throws, and the purge is made up for when the file is back, provided that the daemon lives until then.
    public func purge(_ selector: CacheFileSelector, epoch: UInt32) async throws(StorageError) -> Int {
        let result: Result<Int, StorageError> = await withCheckedContinuation { continuation in
            let isTaken = writer.submit(.purge(selector, epoch: epoch, continuation), .prompt)
            if !isTaken {
                continuation.resume(
                    returning: .failure(
                        StorageError(.overloaded, "\(shared.path): too much waits to be written; purge again later")))
            }
        }
        return try result.get()
    }

    /// How many entries the file holds, without what waits to be written; 0 until it is open. From any thread.
    public var count: Int { shared.count }

    /// Writes what waits, closes the file and ends both threads.
    public func close() async {
        await reader.stop()
        await writer.stop()
    }

    private func ask<T: Sendable>(_ body: @escaping @Sendable (CacheFileReader) -> T?) async -> T? {
        guard shared.isUsable else { return nil }
        return await withCheckedContinuation { continuation in
            let isTaken = reader.submit({ continuation.resume(returning: body($0)) }, .prompt)
            if !isTaken { continuation.resume(returning: nil) }
        }
    }
}
