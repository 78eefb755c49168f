import Synchronization

/// The status that a storage thread writes and everybody reads.
final class SharedStatus: Sendable {
    private let status: Mutex<StorageStatus>

    init(path: String) {
        status = Mutex(StorageStatus(path: path))
    }

    var value: StorageStatus { status.withLock { $0 } }

    func update(_ change: (inout StorageStatus) -> Void) {
        status.withLock { change(&$0) }
    }
}
