import Glibc

/// Where the service manager wants to hear of its service: `$NOTIFY_SOCKET`. From any thread.
public struct NotifySocket: Sendable {
    private let socket: DatagramSocket

    init(path: String) throws(HostError) {
        socket = try DatagramSocket(path: path)
    }

    /// Sends them as one message, which takes effect as a whole.
    public func send(_ notifications: [ServiceNotification]) throws(HostError) {
        let text = notifications.map(\.assignment).joined(separator: "\n")
        let problem = socket.send(Array(text.utf8))
        guard problem == 0 else {
            throw HostError("the service manager cannot be told \(text.prefix { $0 != "=" })", problem)
        }
    }
}
