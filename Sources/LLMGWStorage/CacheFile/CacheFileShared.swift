import Synchronization

/// What both threads of the cache's file and its callers have in common.
final class CacheFileShared: Sendable {
    /// One opening of the file by the writer.
    struct Opening: Hashable {
        /// Grows with every opening: the reader then opens anew too, as the path may lead to another file.
        var number = 0
        /// Grows with every start of a daemon on this file; epochs are counted within it.
        var life: Int64 = 0
    }

    let path: String
    let status: SharedStatus
    private let current = Mutex(Opening())

    init(path: String) {
        self.path = path
        status = SharedStatus(path: path)
    }

    var isUsable: Bool { status.value.state == .ready }

    var opening: Opening { current.withLock { $0 } }

    func opened(life: Int64) {
        current.withLock {
            $0.number += 1
            $0.life = life
        }
    }
}
