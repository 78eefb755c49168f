import LLMGWCore

/// The writing side of the cache's file, on its thread: the only one who writes and checkpoints.
final class CacheFileWriter: StorageWorker {
    typealias PurgeContinuation = CheckedContinuation<Result<Int, StorageError>, Never>

    enum Command: Sendable {
        case write(CacheFileEntry)
        case purge(CacheFileSelector, epoch: UInt32, PurgeContinuation)
        case removeDamaged(key: [UInt8])
        case readFailed(DatabaseReadSession.Failure)
    }

    private static let upkeepInterval = Duration.seconds(60)

    private let settings: CacheFile.Settings
    private let shared: CacheFileShared
    private let session: DatabaseSession
    private var marks = PurgeMarks()
    /// Purges that a failing file did not take; done when it is back, before anything is read from it.
    private let unfinished: Unfinished
    private var upkeepTime: MonotonicInstant

    /// Also in the hands of the session, which needs it at every opening.
    private final class Unfinished {
        private static let limit = 1_000

        var purges: [(selector: CacheFileSelector, epoch: UInt32)] = []

        func add(_ selector: CacheFileSelector, epoch: UInt32) {
            // Rather too much than a list without end.
            if purges.count == Self.limit { purges = [(.all, epoch)] } else { purges.append((selector, epoch)) }
        }
    }

    init(_ settings: CacheFile.Settings, shared: CacheFileShared) {
        self.settings = settings
        self.shared = shared
        let unfinished = Unfinished()
        self.unfinished = unfinished
        var life: Int64?
        session = DatabaseSession(
            DatabaseFile(
                path: settings.path, migrations: CacheFileSchema.migrations, durability: .normal, asideLimit: 1),
            retryDelay: settings.retryDelay, status: shared.status
        ) { connection throws(SQLiteError) in
            // A file that comes back in this life goes on with it: the callers' epochs do.
            let current = try connection.beginLife(after: life)
            life = current
            for purge in unfinished.purges {
                _ = try connection.purge(
                    purge.selector, before: CacheFileSchema.storedEpoch(purge.epoch, life: current))
            }
            unfinished.purges = []
            shared.life = current
            shared.count = Int(try connection.integer("SELECT count(*) FROM entry"))
        }
        upkeepTime = .now + Self.upkeepInterval
        session.open()
    }

    func perform(_ commands: [Command]) {
        var entries: [CacheFileEntry] = []
        for command in commands {
            switch command {
            case .write(let entry):
                if !marks.forbids(entry.metadata) { entries.append(entry) }
            case .purge(let selector, let epoch, let continuation):
                write(&entries)
                continuation.resume(returning: purge(selector, epoch: epoch))
            case .removeDamaged(let key):
                write(&entries)
                remove(key)
            case .readFailed(let failure): session.handle(failure)
            }
        }
        write(&entries)
    }

    var wakeTime: MonotonicInstant? { [upkeepTime, session.retryTime].compactMap(\.self).min() }

    func wake() {
        session.open()
        if upkeepTime <= .now { keepUp() }
    }

    func close() { session.close() }

    /// In one transaction, and makes room for it in the same one.
    private func write(_ entries: inout [CacheFileEntry]) {
        guard !entries.isEmpty else { return }
        do throws(SQLiteError) {
            shared.count += try session.perform { connection throws(SQLiteError) in
                let life = shared.life
                return try connection.transaction { () throws(SQLiteError) in
                    var growth = 0
                    for entry in entries { growth += try connection.insert(entry, life: life) }
                    return growth - (try connection.evict(downTo: settings.maxBytes))
                }
            }
            session.checkpoint()
        } catch {
            let count = UInt64(entries.count)
            shared.status.update {
                $0.problem = error.description
                $0.lost += count
            }
        }
        entries = []
    }

    private func purge(_ selector: CacheFileSelector, epoch: UInt32) -> Result<Int, StorageError> {
        marks.add(selector, epoch: epoch)
        do throws(SQLiteError) {
            let count = try session.perform { connection throws(SQLiteError) in
                try connection.durably { () throws(SQLiteError) in
                    try connection.purge(
                        selector, before: CacheFileSchema.storedEpoch(epoch, life: shared.life))
                }
            }
            shared.count -= count
            session.checkpoint()
            return .success(count)
        } catch {
            unfinished.add(selector, epoch: epoch)
            return .failure(StorageError(.unavailable, error.description))
        }
    }

    private func remove(_ key: [UInt8]) {
        do throws(SQLiteError) {
            shared.count -= try session.perform { connection throws(SQLiteError) in
                try connection.statement("DELETE FROM entry WHERE key = ?").run(.blob(key))
                return connection.changes
            }
            shared.status.update { $0.problem = "\($0.path): a row was damaged and is deleted" }
        } catch {
            shared.status.update { $0.problem = error.description }
        }
    }

    /// Deletes what is past use, and gives free pages back, a bounded part at a time.
    private func keepUp() {
        let now = UnixTime.now.milliseconds
        var isMore = false
        do throws(SQLiteError) {
            let done = try session.perform { connection throws(SQLiteError) in try connection.keepUp(now: now) }
            shared.count -= done.deleted
            isMore = done.isMore
            session.checkpoint()
        } catch {
            shared.status.update { $0.problem = error.description }
        }
        upkeepTime = .now + (isMore ? .milliseconds(100) : Self.upkeepInterval)
    }
}
