import Glibc
import Synchronization

/// A server on 127.0.0.1 whose every connection follows a script, on threads of its own.
final class LoopbackServer: Sendable {
    /// What a connection does, given its number from 0 on. It is closed when this returns.
    typealias Script = @Sendable (ServerConnection, Int) -> Void

    private struct State {
        var connections = 0
        var requests: [String] = []
    }

    let port: UInt16
    private let listener: CInt
    private let state = Mutex(State())
    private let done = ThreadGroup()

    var url: String { "http://127.0.0.1:\(port)" }
    /// Connections that were accepted.
    var connectionCount: Int { state.withLock { $0.connections } }
    /// The requests that arrived whole: head, empty line, body.
    var requests: [String] { state.withLock { $0.requests } }

    init(_ script: @escaping Script) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        precondition(isBound, "no port on the loopback interface")
        port = UInt16(bigEndian: address.sin_port)
        done.start { [self] in accept(script) }
    }

    private func accept(_ script: @escaping Script) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            let number = state.withLock { state in
                state.connections += 1
                return state.connections - 1
            }
            done.start { [self] in
                script(ServerConnection(descriptor: descriptor) { [self] request in note(request) }, number)
                close(descriptor)
            }
        }
    }

    private func note(_ request: String) { state.withLock { $0.requests.append(request) } }

    /// Waits until every script has come to its end, and ends.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        done.wait()
        close(listener)
    }
}

/// One connection, as its script sees it. Reading waits for ten seconds at most.
struct ServerConnection {
    let descriptor: CInt
    private let note: (String) -> Void

    init(descriptor: CInt, note: @escaping (String) -> Void) {
        self.descriptor = descriptor
        self.note = note
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Some bytes; nothing if the client has closed; nil if it is silent for too long.
    func read(atMost limit: Int = 64 << 10) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0 { return errno == ECONNRESET || errno == EPIPE ? [] : nil }
        return Array(bytes[..<count])
    }

    /// The next request, counted as soon as it is whole. Nil if none comes.
    func readRequest() -> String? {
        var bytes: [UInt8] = []
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let head = text.utf8.firstRange(of: "\r\n\r\n".utf8) {
                let fields = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
                if text.utf8.distance(from: head.upperBound, to: text.endIndex) >= length {
                    note(text)
                    return text
                }
            }
            guard let more = read(), !more.isEmpty else { return nil }
            bytes += more
        }
    }

    /// False if the client does not take it.
    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
                if count <= 0 { return false }
                sent += count
            }
            return true
        }
    }

    func answer(_ body: String, _ fields: String = "") {
        write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Whether the client closes the connection; what it still sends is dropped.
    func waitForClose() -> Bool {
        while let bytes = read() { if bytes.isEmpty { return true } }
        return false
    }

    /// Nothing more comes from here.
    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Lets the end of the connection be a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
