import Glibc
import LLMGWCore

/// The ledger's side of its thread: the file, and what waits for it.
final class LedgerWorker: StorageWorker {
    enum Command: Sendable {
        case append(UsageRecord)
        case ask(@Sendable (DatabaseSession) -> Void)
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
        trimTime = .onStorageThread + settings.trimInterval
        session.open()
    }

    func perform(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .append(let record): pending.append(record)
            case .ask(let body):
                commit()
                body(session)
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
        if trimTime <= .onStorageThread { trim() }
    }

    func close() {
        commit()
        session.close()
        giveUp(pending.count)
    }

    private func commit() {
        guard !pending.isEmpty else { return }
        do throws(SQLiteError) {
            try session.perform { connection throws(SQLiteError) in try connection.insert(pending) }
            pending.removeAll(keepingCapacity: pending.count <= 1_000)
            commitTime = nil
            session.checkpoint()
        } catch {
            status.update { $0.problem = error.description }
            commitTime = session.retryTime ?? .onStorageThread + .seconds(1)
            giveUp(pending.count - settings.maxPending)
        }
    }

    /// Drops the oldest of what waits.
    private func giveUp(_ count: Int) {
        guard count > 0 else { return }
        pending.removeFirst(count)
        status.update { $0.lost += UInt64(count) }
    }

    private func trim() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let oldest = Int64(time.tv_sec) * 1_000 - settings.maxAge.wholeMilliseconds
        var isMore = false
        do throws(SQLiteError) {
            isMore = try session.perform { connection throws(SQLiteError) in
                try connection.trimUsage(before: oldest, maxBytes: settings.maxBytes)
            }
            session.checkpoint()
        } catch {
            status.update { $0.problem = error.description }
        }
        trimTime = .onStorageThread + (isMore ? .milliseconds(100) : settings.trimInterval)
    }
}
