import Synchronization

/// What both threads of the cache's file and its callers have in common.
final class CacheFileShared: Sendable {
    let path: String
    let status: SharedStatus
    private let currentLife = Atomic<Int64>(0)
    private let currentCount = Atomic<Int>(0)

    init(path: String) {
        self.path = path
        status = SharedStatus(path: path)
    }

    var isUsable: Bool { status.value.state == .ready }

    /// Entries in the file, as of the writer's last commit.
    var count: Int {
        get { currentCount.load(ordering: .relaxed) }
        set { currentCount.store(newValue, ordering: .relaxed) }
    }

    /// Grows with every start of a daemon on this file; epochs are counted within it.
    var life: Int64 {
        get { currentLife.load(ordering: .relaxed) }
        set { currentLife.store(newValue, ordering: .relaxed) }
    }
}
