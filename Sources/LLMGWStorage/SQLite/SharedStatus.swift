import Synchronization

/// The status that a storage thread writes and everybody reads.
final class SharedStatus: Sendable {
    private let state: Mutex<(status: StorageStatus, openings: Int)>

    init(path: String) {
        state = Mutex((StorageStatus(path: path), 0))
    }

    var value: StorageStatus { state.withLock { $0.status } }

    /// How often the writer has opened the file: a reader then opens anew too, as the path may lead to another file.
    var openings: Int { state.withLock { $0.openings } }

    func update(_ change: (inout StorageStatus) -> Void) {
        state.withLock { change(&$0.status) }
    }

    func opened() {
        state.withLock {
            $0.openings += 1
            $0.status.state = .ready
            $0.status.retryTime = nil
        }
    }
}
