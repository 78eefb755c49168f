import LLMGWCore

/// The asking side of the ledger, on its thread: a sum over a year must not make records wait.
final class LedgerReader: StorageWorker {
    typealias Command = @Sendable (DatabaseReadSession) -> Void

    private let session: DatabaseReadSession

    init(session: DatabaseReadSession) {
        self.session = session
    }

    func perform(_ commands: [Command]) {
        for command in commands { command(session) }
    }

    var wakeTime: MonotonicInstant? { nil }
    func wake() {}
    func close() { session.close() }
}
