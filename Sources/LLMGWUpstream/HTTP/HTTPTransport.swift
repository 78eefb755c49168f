public import LLMGWCore

/// Moves one HTTP request and its answer. The dialects and clocks above know nothing of libcurl, and tests bring a transport of their own.
public protocol HTTPTransport: Sendable {
    /// Begins. `receive` is called on the gateway loop with what happened, in order; after an event `.finished` never again, after `cancel`
    /// only with what was on its way to the loop.
    func start(_ request: HTTPRequest, _ receive: @escaping @GatewayLoop ([HTTPEvent]) -> Void) -> TransferID
    /// Stops reading the answer until `resume`. What was read before may still arrive.
    func pause(_ id: TransferID)
    func resume(_ id: TransferID)
    /// Drops the transfer and its connection.
    func cancel(_ id: TransferID)
}

/// Names a transfer for as long as the process lives.
public struct TransferID: Sendable, Hashable {
    public let number: UInt64

    public init(number: UInt64) {
        self.number = number
    }
}

/// What goes to an upstream.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    public var method: Method
    public var url: String
    /// "Name: value" lines. They may hold keys.
    public var headers: [String]
    public var body: [UInt8]
    public var httpVersion: ProviderSettings.HTTPVersion
    public var caFile: String?
    /// Resolve, connect and TLS together.
    public var connectTimeout: Duration
    /// The transport asks for it before the first byte leaves.
    public let permit = SendPermit()
    /// Where the transport counts; nil: nowhere.
    public var traffic: UpstreamTraffic?

    public init(
        method: Method, url: String, headers: [String], body: [UInt8] = [],
        httpVersion: ProviderSettings.HTTPVersion = .auto, caFile: String? = nil, connectTimeout: Duration = .seconds(5)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.httpVersion = httpVersion
        self.caFile = caFile
        self.connectTimeout = connectTimeout
    }
}

/// What happened to a transfer.
public enum HTTPEvent: Sendable, Equatable {
    /// The connection is there; the request is being sent.
    case connected
    case head(HTTPHead)
    case body([UInt8])
    /// The last event. Nil is a complete answer.
    case finished(TransportFailure?)

    /// Bytes of the answer's body.
    var bodySize: Int { if case .body(let bytes) = self { bytes.count } else { 0 } }
}

/// Status and headers of an answer.
public struct HTTPHead: Sendable, Equatable {
    public var status: Int
    /// Lower-case names.
    public var fields: [(name: String, value: String)]
    /// By our clock, for answers without a date of their own.
    public var received: UnixTime?

    public init(status: Int, fields: [(name: String, value: String)], received: UnixTime? = nil) {
        self.status = status
        self.fields = fields
        self.received = received
    }

    public static func == (a: HTTPHead, b: HTTPHead) -> Bool {
        a.status == b.status && a.received == b.received && a.fields.elementsEqual(b.fields, by: ==)
    }

    /// The first value of this (lower-case) name.
    public subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

/// Why a transfer did not come to its end.
public struct TransportFailure: Error, Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case resolve, connect, connectTimeout, tls, tlsVerification
        /// The connection broke before the first byte of the answer.
        case lost
        /// The connection broke within the answer.
        case truncated
        /// Not HTTP, or beyond the limits.
        case malformed
        /// The host gives no descriptor or memory for it: no fault of the upstream, nor of its address.
        case shortage
        /// A fault of ours in using the transport.
        case setup
    }

    public var kind: Kind
    /// For people: what the transport says. Without keys and content.
    public var detail: String
    /// False if nothing of the request has left.
    public var sent: Bool

    public init(_ kind: Kind, _ detail: String, sent: Bool) {
        self.kind = kind
        self.detail = detail
        self.sent = sent
    }
}
