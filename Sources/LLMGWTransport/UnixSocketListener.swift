import Glibc
public import NIOCore
import NIOPosix
import Synchronization

/// A Unix socket that listens: one that the daemon made, with its file and the lock that says that its daemon is alive, or one that a
/// service manager holds, whose file is that one's affair.
///
/// The lock is a file beside the socket, locked for as long as the process lives. It makes "is there another daemon?" a question with one
/// answer even when two start at the same moment, and lets a socket file that a crash left behind be replaced safely.
public final class UnixSocketListener: Sendable {
    /// What the daemon made, and removes.
    private struct OwnFile {
        let lock: CInt
        let inode: UInt64
    }

    public let path: String
    private let descriptor: CInt
    private let file: OwnFile?
    /// Another process goes on with socket, file and lock.
    private let isHandedOver = Atomic(false)

    private init(path: String, descriptor: CInt, file: OwnFile?) {
        self.path = path
        self.descriptor = descriptor
        self.file = file
    }

    /// Takes over a socket that listens already. It stays open elsewhere: connections wait in it when this process has ended. With the lock of
    /// the process that made it comes the file.
    public static func adopt(_ descriptor: CInt, path: String, lock: CInt? = nil) throws(SocketError)
        -> UnixSocketListener
    {
        guard let lock else { return UnixSocketListener(path: path, descriptor: descriptor, file: nil) }
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SocketError(path, "cannot be examined", errno) }
        return UnixSocketListener(
            path: path, descriptor: descriptor, file: OwnFile(lock: lock, inode: UInt64(status.st_ino)))
    }

    /// What another process needs to go on with it, and the lock where the file is our own. Valid while it accepts.
    public var passedOn: (descriptor: CInt, lock: CInt?) { (descriptor, file?.lock) }

    /// Another process goes on with it: its file stays.
    public func handOver() { isHandedOver.store(true, ordering: .relaxed) }

    /// Creates the socket with exactly `mode`, and its directory where that is missing.
    public static func open(path: String, mode: UInt32) throws(SocketError) -> UnixSocketListener {
        let address = try socketAddress(path)
        try prepareDirectory(of: path)
        let lock = try acquireLock(path)
        do throws(SocketError) {
            try removeStale(path, address)
            let descriptor = try bind(path, address, mode)
            var status = stat()
            guard lstat(path, &status) == 0 else { throw SocketError(path, "cannot be examined", errno) }
            return UnixSocketListener(
                path: path, descriptor: descriptor, file: OwnFile(lock: lock, inode: UInt64(status.st_ino)))
        } catch {
            close(lock)
            throw error
        }
    }

    /// Starts to accept on `group`. The channel owns the descriptor from then on.
    public func accept(
        on group: any EventLoopGroup, onShortage: @escaping @Sendable (String) -> Void,
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .pausing(onShortage: onShortage)
            // NIO calls listen(2) again, which would cut the queue down to NIO's own default.
            .serverChannelOption(.backlog, value: Self.backlog)
            .childChannelInitializer(initializer)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .withBoundSocket(descriptor)
            .get()
    }

    /// Removes the socket's file if it is our own, unless somebody else has put another one in its place, and lets the lock go.
    public func remove() {
        guard let file else { return }
        // The lock stays with whoever else has this descriptor.
        defer { close(file.lock) }
        guard !isHandedOver.load(ordering: .relaxed) else { return }
        var status = stat()
        if lstat(path, &status) == 0, UInt64(status.st_ino) == file.inode {
            unlink(path)
        }
        unlink(Self.lockPath(path))
    }
}

extension UnixSocketListener {
    /// Connections that wait to be accepted: as many as the kernel allows (net.core.somaxconn).
    private static let backlog = CInt.max

    private static func lockPath(_ path: String) -> String { path + ".lock" }

    private static func socketAddress(_ path: String) throws(SocketError) -> sockaddr_un {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else {
            throw SocketError(path, "is \(path.utf8.count) bytes long; a socket's path has at most \(capacity - 1)")
        }
        guard path.hasPrefix("/") else { throw SocketError(path, "is not an absolute path") }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return address
    }

    /// A directory in which others can create files would let them take the socket's place.
    private static func prepareDirectory(of path: String) throws(SocketError) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        let folder = directory.isEmpty ? "/" : directory
        if mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw SocketError(path, "has a directory that does not exist and cannot be created", errno)
        }
        var status = stat()
        guard stat(folder, &status) == 0 else {
            throw SocketError(path, "has a directory that cannot be examined", errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw SocketError(path, "is not inside a directory") }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw SocketError(
                path, "is in a directory that others can write; take the right from them (chmod go-w), or use another")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw SocketError(
                path, "is in a directory of uid \(status.st_uid), who could replace it; use one of root or of your own")
        }
    }

    private static func acquireLock(_ path: String) throws(SocketError) -> CInt {
        while true {
            let lock = Glibc.open(lockPath(path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard lock >= 0 else { throw SocketError(path, "cannot be locked", errno) }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
                let reason = errno
                close(lock)
                if reason == EWOULDBLOCK {
                    throw SocketError(path, "is in use by another daemon; stop that one, or choose another --socket")
                }
                throw SocketError(path, "cannot be locked", reason)
            }
            // A daemon that ended between the two calls has removed the file: the lock is on one that nobody else will find.
            var held = stat()
            var named = stat()
            if fstat(lock, &held) == 0, lstat(lockPath(path), &named) == 0, held.st_ino == named.st_ino,
                held.st_dev == named.st_dev
            {
                return lock
            }
            close(lock)
        }
    }

    /// Holding the lock, whatever answers at the path is not a daemon that keeps to the lock; it is left alone all the same.
    private static func removeStale(_ path: String, _ address: sockaddr_un) throws(SocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw SocketError(path, "cannot be examined", errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SocketError(path, "exists and is not a socket; remove it, or choose another --socket")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw SocketError(path, "cannot be probed", errno) }
        defer { close(probe) }
        if withSocketAddress(address, { connect(probe, $0, $1) }) == 0 {
            throw SocketError(path, "is in use by another program; stop that one, or choose another --socket")
        }
        guard errno == ECONNREFUSED else { throw SocketError(path, "cannot be probed", errno) }
        guard unlink(path) == 0 else { throw SocketError(path, "was left behind and cannot be removed", errno) }
    }

    private static func bind(_ path: String, _ address: sockaddr_un, _ mode: UInt32) throws(SocketError) -> CInt {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, flags, 0)
        guard descriptor >= 0 else { throw SocketError(path, "cannot be created", errno) }
        // Nobody may connect between bind and chmod. Linux takes the file's mode from the socket; a umask would be for all threads.
        guard fchmod(descriptor, 0) == 0, withSocketAddress(address, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
            let reason = errno
            close(descriptor)
            throw SocketError(path, "cannot be created", reason)
        }
        guard listen(descriptor, backlog) == 0, chmod(path, mode) == 0 else {
            let reason = errno
            close(descriptor)
            unlink(path)
            throw SocketError(path, "cannot be made ready", reason)
        }
        return descriptor
    }

    private static func withSocketAddress<T>(
        _ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
    ) -> T {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Why a socket cannot be used: the path, and what is wrong with it.
public struct SocketError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    public let problem: String

    init(_ path: String, _ problem: String, _ code: CInt? = nil) {
        self.path = path
        self.problem = code.map { "\(problem): \(String(cString: strerror($0)))" } ?? problem
    }

    public var description: String { "the socket \(path) \(problem)" }
}
