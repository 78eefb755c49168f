import LLMGWCore

/// The ledger of every call: who asked which model, what it took and what it cost. Kept in a SQLite file by a thread
/// of its own; another one answers questions, so that they do not make records wait.
///
/// `append` costs the caller microseconds and never fails a request: what cannot be kept is counted in `status`. Records are committed
/// together, at most 50 ms after they came, and a commit is on the disk; `kill -9` can take the last 50 ms. While the file cannot be
/// written, up to `maxPending` records wait in memory for it to come back.
public final class UsageLedger: Sendable {
    public struct Settings: Sendable {
        public var path: String
        /// Older calls are deleted.
        public var maxAge: Duration
        /// The oldest calls are deleted when the file holds more, in bytes.
        public var maxBytes: Int64
        /// Records in memory: waiting for the thread, and again as many for a file that cannot be written.
        public var maxPending: Int
        /// How long a file that failed is left alone.
        public var retryDelay: Duration
        /// How often what is too old or too much is looked for.
        var trimInterval = Duration.seconds(300)

        public init(
            path: String, maxAge: Duration = .seconds(400 * 86_400), maxBytes: Int64 = 1 << 30,
            maxPending: Int = 10_000, retryDelay: Duration = .seconds(30)
        ) {
            self.path = path
            self.maxAge = maxAge
            self.maxBytes = maxBytes
            self.maxPending = maxPending
            self.retryDelay = retryDelay
        }
    }

    private let sharedStatus: SharedStatus
    private let writer: StorageThread<LedgerWriter.Command>
    private let reader: StorageThread<LedgerReader.Command>

    /// Returns at once; the file is opened on the ledger's thread, and `status` says how that went.
    public init(_ settings: Settings) throws(StorageError) {
        let status = SharedStatus(path: settings.path)
        sharedStatus = status
        let writer = try StorageThread(limits: .init(capacity: settings.maxPending, batchWeight: 500)) {
            LedgerWriter(settings, status: status)
        }
        self.writer = writer
        reader = try StorageThread(limits: .init(capacity: 64, batchWeight: 1)) {
            LedgerReader(
                session: DatabaseReadSession(path: settings.path, opening: { status.openings }) { failure in
                    _ = writer.submit(.readFailed(failure), .prompt)
                })
        }
    }

    /// From any thread.
    public var status: StorageStatus {
        var status = sharedStatus.value
        status.refused = writer.refused
        return status
    }

    /// From any thread.
    public var figures: StorageFigures { StorageFigures(status, writer: writer, reader: reader) }

    /// Never blocks. A record that the full queue refuses is counted in `status`.
    public func append(_ record: UsageRecord) {
        _ = writer.submit(.append(record), .batched)
    }

    /// Sums over the calls of a query, by the dimensions asked for, in their order. What was appended before is in them.
    ///
    /// For budgets: `totals(UsageQuery(since: start), by: [.client, .provider])` gives what each spent since `start`.
    public func totals(
        _ query: UsageQuery, by dimensions: [UsageQuery.Dimension] = []
    ) async throws(StorageError) -> [UsageTotal] {
        try await ask { connection throws(SQLiteError) in try connection.usageTotals(query, by: dimensions) }
    }

    /// The calls themselves, newest first: at most `limit`, after skipping `offset`.
    public func records(
        _ query: UsageQuery, limit: Int, offset: Int = 0
    ) async throws(StorageError) -> [UsageRecord] {
        try await ask { connection throws(SQLiteError) in
            try connection.usageRecords(query, limit: limit, offset: offset)
        }
    }

    /// Commits what waits, closes the file and ends both threads. Later records are refused.
    public func close() async {
        await reader.stop()
        await writer.stop()
    }

    private func ask<T: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws(SQLiteError) -> T
    ) async throws(StorageError) -> T {
        let problem = await withCheckedContinuation { continuation in
            if !writer.submit(.flush(continuation), .prompt) { continuation.resume(returning: refusal) }
        }
        if let problem { throw problem }
        let result: Result<T, StorageError> = await withCheckedContinuation { continuation in
            let isTaken = reader.submit(
                { session in
                    do throws(SQLiteError) {
                        continuation.resume(returning: .success(try session.perform(body)))
                    } catch {
                        continuation.resume(returning: .failure(StorageError(.unavailable, error.description)))
                    }
                }, .prompt)
            if !isTaken { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    private var refusal: StorageError {
        sharedStatus.value.state == .closed
            ? StorageError(.closed, "the usage ledger is closed")
            : StorageError(.overloaded, "\(sharedStatus.value.path): too much waits already; ask again later")
    }
}
