/// Starts the daemon that succeeds this one.
public protocol SuccessorLauncher: Sendable {
    /// Starts the program that lies on the disk now. `channel` is where it finds this daemon; both keep their descriptors. Blocks for some
    /// milliseconds.
    func start(passing sockets: [PassedSocket], channel: CInt) throws -> any SuccessorHandle
}

/// A daemon that was started.
public protocol SuccessorHandle: Sendable {
    var id: Int32 { get }

    /// Returns when it has ended, and with it its locks. Blocks for that long.
    func kill()
}

/// A listening socket that the successor takes over.
public struct PassedSocket: Sendable {
    public let descriptor: CInt
    /// Of a socket that the daemon made itself.
    public let lock: CInt?
    public let isForAdministrators: Bool
}
