import Glibc

/// What the service manager that started this process told it, in its environment: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
///
/// The protocols are a few lines each, so that libsystemd, which brings five more libraries along, is not linked.
public struct ServiceManager: Sendable {
    /// Nil where nobody listens.
    public let notifySocket: NotifySocket?
    /// A sign of life is expected at least this often; nil where none is.
    public let watchdogInterval: Duration?
    public let sockets: [InheritedSocket]
    /// Where the daemon that this one is to succeed is heard; nil for one that nobody precedes.
    public let predecessor: CInt?

    /// Reads the process's environment.
    public static func fromEnvironment() throws(HostError) -> ServiceManager {
        try ServiceManager { name in getenv(name).map { String(cString: $0) } }
    }

    init(processID: pid_t = getpid(), variable: @escaping (String) -> String?) throws(HostError) {
        let environment = ServiceEnvironment(processID: processID, variable: variable)
        if let path = variable("NOTIFY_SOCKET"), !path.isEmpty {
            notifySocket = try NotifySocket(path: path)
        } else {
            notifySocket = nil
        }
        watchdogInterval = try environment.watchdogInterval()
        var sockets: [InheritedSocket] = []
        var predecessor: CInt?
        for (descriptor, name) in try environment.listedDescriptors() {
            switch PassedDescriptor.Purpose(name: name) {
            case .predecessor:
                predecessor = descriptor
                try InheritedSocket.keepFromOthers(descriptor, name)
            case .lock(let purpose):
                try InheritedSocket.keepFromOthers(descriptor, name)
                guard let index = sockets.lastIndex(where: { $0.purpose == purpose }) else {
                    throw HostError("descriptor \(descriptor) (\(name)) is the lock of a socket that was not passed")
                }
                sockets[index].lock = descriptor
            case .socket, nil: sockets.append(try InheritedSocket(descriptor: descriptor, name: name))
            }
        }
        self.sockets = sockets
        self.predecessor = predecessor
    }
}
