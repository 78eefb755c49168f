/// `[metrics]`: where a monitoring system collects them.
public struct MetricsSettings: Sendable, Hashable {
    /// Path of a Unix socket; nil for none.
    public var socket: String?
    public var socketMode: UInt32
    /// A port of this host that nobody else reaches; nil for none.
    public var listen: LoopbackAddress?

    public init(socket: String? = nil, socketMode: UInt32 = 0o660, listen: LoopbackAddress? = nil) {
        self.socket = socket
        self.socketMode = socketMode
        self.listen = listen
    }
}

/// A TCP port on the loopback interface.
public struct LoopbackAddress: Sendable, Hashable, CustomStringConvertible {
    /// "127.0.0.1" or "::1".
    public let host: String
    public let port: UInt16

    /// As in "127.0.0.1:9464" or "[::1]:9464"; nil for everything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard let port = UInt16(digits), port > 0, String(port) == digits else { return nil }
        switch text[..<colon] {
        case "127.0.0.1": host = "127.0.0.1"
        case "[::1]": host = "::1"
        default: return nil
        }
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
