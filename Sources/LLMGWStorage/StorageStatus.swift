public import LLMGWCore

/// How a file of ours is: for `status`, alerts and the log.
public struct StorageStatus: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        case opening, ready
        /// Does nothing until `retryTime`; `problem` says why.
        case disabled
        case closed
    }

    public let path: String
    public var state = State.opening
    /// The last one, with file and remedy; stays for the reader when the file works again.
    public var problem: String?
    public var retryTime: MonotonicInstant?
    /// Where a damaged file was moved to in the life of this process.
    public var movedAside: String?
    /// Not taken, because the queue was full.
    public var refused: UInt64 = 0
    /// Taken and not written, because the file failed.
    public var lost: UInt64 = 0
    /// Taken, and in memory until the file works again.
    public var held: UInt64 = 0
    /// How often it failed.
    public var errors: UInt64 = 0
    /// Of the database, without its log, in bytes.
    public var size: Int64 = 0

    public init(path: String) {
        self.path = path
    }
}
