import Glibc
import LLMGWCore
import LLMGWWire
import Synchronization

/// A daemon that does what a test says: one script for all its connections, each on a thread of its own.
final class FakeDaemon: Sendable {
    typealias Script = @Sendable (FakeConnection) throws -> Void

    let path: String
    private let listener: Int32
    private let log = Log()

    init(_ script: @escaping Script) {
        var template = Array("/tmp/llmgw-test-XXXXXX".utf8CString)
        guard let directory = mkdtemp(&template) else { fatalError("no temporary directory") }
        path = String(cString: directory) + "/s"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(listener, 8) == 0 else { fatalError("no socket at \(path)") }
        let (socket, log) = (listener, log)
        onThread {
            while case let descriptor = accept(socket, nil, nil), descriptor >= 0 {
                let number = log.state.withLock { state in
                    state.connections += 1
                    return state.connections
                }
                onThread { log.run(script, FakeConnection(descriptor, number: number)) }
            }
        }
    }

    private final class Log: Sendable {
        struct State {
            var connections = 0
            var failures: [String] = []
        }

        let state = Mutex(State())

        func run(_ script: Script, _ connection: FakeConnection) {
            do {
                try script(connection)
            } catch {
                state.withLock { $0.failures.append("connection \(connection.number): \(error)") }
            }
            connection.close()
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        unlink(path)
        rmdir(String(path.dropLast(2)))
    }

    var connections: Int { log.state.withLock { $0.connections } }
    /// What the scripts did not expect.
    var failures: [String] { log.state.withLock { $0.failures } }
}

/// Runs `work` on a thread of its own: scripts block, which the threads of a shared pool must not.
private func onThread(_ work: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Box(work)).toOpaque()
    let result = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work()
            return nil
        }, argument)
    guard result == 0 else { fatalError("no thread: \(result)") }
    pthread_detach(thread)
}

/// The daemon's side of one connection, with blocking calls that give up after five seconds.
final class FakeConnection {
    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    let number: Int
    private let descriptor: Int32
    private var decoder = FrameDecoder(maxFrame: 1 << 20)
    private var frames: [(header: FrameHeader, payload: [UInt8])] = []
    private var isClosed = false
    private let codec = MessageCodec()

    init(_ descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func close() {
        if !isClosed { Glibc.close(descriptor) }
        isClosed = true
    }

    /// The preface and HELLO; answers HELLO_OK.
    func open(_ limits: ConnectionLimits = ConnectionLimits()) throws {
        var preface = [UInt8](repeating: 0, count: Preface.size)
        guard recv(descriptor, &preface, preface.count, Int32(MSG_WAITALL)) == Preface.size,
            preface == Preface.bytes
        else { throw Unexpected(description: "no preface") }
        _ = try expect(.hello)
        try send(.helloOK, 0, ServerHello(serverVersion: "fake", limits: limits).encode(with: codec))
    }

    func send(_ type: FrameType, _ stream: UInt32, _ payload: [UInt8] = []) throws {
        let frame = FrameHeader.frame(type, stream: stream, payload: payload)
        guard Glibc.send(descriptor, frame, frame.count, Int32(MSG_NOSIGNAL)) == frame.count else {
            throw Unexpected(description: "the client is gone")
        }
    }

    func send(_ type: FrameType, _ stream: UInt32, _ message: some WireMessage) throws {
        try send(type, stream, message.encode(with: codec))
    }

    /// END with this reply.
    func end(_ stream: UInt32, _ reply: some WireMessage) throws {
        try send(.end, stream, EndEnvelope(reply: reply.encode(with: codec)))
    }

    /// The next frame, which must be of this type.
    func expect(_ type: FrameType) throws -> (stream: UInt32, payload: [UInt8], method: UInt16) {
        guard let frame = try next() else { throw Unexpected(description: "\(type) expected, the connection ended") }
        guard frame.header.type == type else {
            throw Unexpected(description: "\(type) expected, \(frame.header.type) came")
        }
        return (frame.header.stream, frame.payload, frame.header.method)
    }

    /// A REQUEST, with the method's own message; of any method where that is nil.
    func request<M: WireMessage>(
        _ type: M.Type = M.self, of method: Method? = nil
    ) throws -> (stream: UInt32, message: M) {
        let frame = try expect(.request)
        if let method, frame.method != method.rawValue {
            throw Unexpected(description: "\(method) expected, method \(frame.method) came")
        }
        let envelope = try CallEnvelope.decode(frame.payload, with: codec)
        return (frame.stream, try M.decode(envelope.body, with: codec))
    }

    /// Waits until something has come that is not read yet, and leaves it there.
    func awaitMore() throws {
        var byte: UInt8 = 0
        guard recv(descriptor, &byte, 1, Int32(MSG_PEEK)) == 1 else { throw Unexpected(description: "nothing came") }
    }

    func expectEnd() throws {
        if let frame = try next() { throw Unexpected(description: "\(frame.header.type) came, not the end") }
    }

    private func next() throws -> (header: FrameHeader, payload: [UInt8])? {
        while frames.isEmpty {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A client that closes before it has read everything resets the connection.
            if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
            guard count > 0 else { throw Unexpected(description: "nothing came: \(String(cString: strerror(errno)))") }
            var arrived: [(FrameHeader, [UInt8])] = []
            try Array(buffer[..<count]).withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
                try decoder.decode(UnsafeRawBufferPointer(bytes)) { _, header, payload throws(ProtocolViolation) in
                    arrived.append((header, Array(payload)))
                }
            }
            frames += arrived
        }
        return frames.removeFirst()
    }
}
