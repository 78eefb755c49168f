public import LLMGWCore

/// What a service tells its manager, in the words of sd_notify(3).
public enum ServiceNotification: Sendable, Hashable {
    /// Connections are accepted; or a reload is done.
    case ready
    /// The configuration is being read anew. The time lets managers from systemd 253 on tell this from an older message.
    case reloading(at: MonotonicInstant)
    case stopping
    /// Another process is the service from now on: what this one says does not count any more.
    case mainProcess(Int32)
    /// One line for people.
    case status(String)
    /// The event loop turns.
    case watchdog
    /// Stopping takes longer: the next message comes within this time.
    case extendTimeout(Duration)

    /// The line that stands for it.
    var assignment: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let now): "RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1_000)"
        case .stopping: "STOPPING=1"
        case .mainProcess(let id): "MAINPID=\(id)"
        // A line end would begin another assignment.
        case .status(let text): "STATUS=\(String(text.map { $0.isNewline ? " " : $0 }))"
        case .watchdog: "WATCHDOG=1"
        case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(time.wholeMicroseconds)"
        }
    }
}
