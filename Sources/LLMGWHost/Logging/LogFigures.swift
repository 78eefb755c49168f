public import Logging
import Synchronization

/// How many records the log has had, and how many came to nothing. From any thread.
public final class LogFigures: Sendable {
    private let counts = Mutex<[Logger.Level: UInt64]>([:])
    private let losses = Atomic<UInt64>(0)

    public init() {}

    /// Written or lost. What lies below the log's level is no record.
    public var records: [Logger.Level: UInt64] { counts.withLock { $0 } }
    /// Nobody took them.
    public var lost: UInt64 { losses.load(ordering: .relaxed) }

    func note(_ level: Logger.Level, isWritten: Bool) {
        counts.withLock { $0[level, default: 0] += 1 }
        if !isWritten { losses.add(1, ordering: .relaxed) }
    }
}
