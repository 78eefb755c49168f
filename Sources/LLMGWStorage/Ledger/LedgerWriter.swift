import LLMGWCore

/// The writing side of the ledger, on its thread: the file, and what waits for it.
final class LedgerWriter: StorageWorker {
    enum Command: Sendable {
        case append(UsageRecord)
        /// Commits what came before, and says whether the file works.
        case flush(CheckedContinuation<StorageError?, Never>)
        case readFailed(DatabaseReadSession.Failure)
    }

    private let settings: UsageLedger.Settings
    private let status: SharedStatus
    private let session: DatabaseSession
    private var pending: [UsageRecord] = []
    /// When a commit that failed is repeated, though nothing new comes.
    private var commitTime: MonotonicInstant?
    private var trimTime: MonotonicInstant

    init(_ settings: UsageLedger.Settings, status: SharedStatus) {
        self.settings = settings
        self.status = status
        session = DatabaseSession(
            DatabaseFile(
                path: settings.path, migrations: LedgerSchema.migrations, durability: .full, asideLimit: 5),
            retryDelay: settings.retryDelay, status: status, didOpen: { _ in })
        trimTime = .now + settings.trimInterval
        session.open()
    }

    func perform(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .append(let record): pending.append(record)
            case .flush(let continuation):
                commit()
                continuation.resume(returning: problem())
            case .readFailed(let failure): session.handle(failure)
            }
        }
        commit()
    }

    var wakeTime: MonotonicInstant? {
        [trimTime, commitTime, session.retryTime].compactMap(\.self).min()
    }

    func wake() {
        session.open()
        commit()
        if trimTime <= .now { trim() }
    }

    func close() {
        commit()
        session.close()
        giveUp(pending.count)
        noteHeld()
    }

    private func problem() -> StorageError? {
        do throws(SQLiteError) {
            try session.perform { _ in }
            return nil
        } catch {
            return StorageError(.unavailable, error.description)
        }
    }

    private func commit() {
        guard !pending.isEmpty else { return }
        do throws(SQLiteError) {
            try session.perform { connection throws(SQLiteError) in try connection.insert(pending) }
            pending.removeAll(keepingCapacity: pending.count <= 1_000)
            if commitTime != nil { status.update { $0.held = 0 } }
            commitTime = nil
            session.checkpoint()
        } catch {
            status.update { $0.problem = error.description }
            commitTime = session.retryTime ?? .now + .seconds(1)
            giveUp(pending.count - settings.maxPending)
            noteHeld()
        }
    }

    /// Drops the oldest of what waits.
    private func giveUp(_ count: Int) {
        guard count > 0 else { return }
        pending.removeFirst(count)
        status.update { $0.lost += UInt64(count) }
    }

    /// What waits for the file to come back.
    private func noteHeld() {
        status.update { $0.held = UInt64(pending.count) }
    }

    private func trim() {
        let oldest = UnixTime.now.milliseconds - settings.maxAge.wholeMilliseconds
        var isMore = false
        do throws(SQLiteError) {
            isMore = try session.perform { connection throws(SQLiteError) in
                try connection.trimUsage(before: oldest, maxBytes: settings.maxBytes)
            }
            session.checkpoint()
        } catch {
            status.update { $0.problem = error.description }
        }
        trimTime = .now + (isMore ? .milliseconds(100) : settings.trimInterval)
    }
}
