internal import CCurl
import Glibc
import LLMGWCore

/// One easy handle, from its set-up to its end. Confined to the driver's thread.
///
/// A fresh handle for every attempt: libcurl keeps a rewind flag in a used one. The connections are the multi handle's, so they are
/// reused all the same.
final class CurlTransfer {
    private static let headerLimit = 64 << 10
    private static let noProxy = noProxy(
        variable: (getenv("no_proxy") ?? getenv("NO_PROXY")).map { String(cString: $0) })
    /// Every transfer has such a buffer, and one with a long body two. The least that libcurl allows for sending.
    private static let bufferSize = 16 << 10

    let id: TransferID
    let easy: OpaquePointer
    let receive: @GatewayLoop ([HTTPEvent]) -> Void
    /// What happened since the last delivery.
    var events: [HTTPEvent] = []
    var isPaused = false
    let backlog = Backlog()
    /// libcurl was told to wait, so it has to be told to go on.
    var isHeldBack = false
    private var refusal = StreamRefusal()
    private var hearsRemarks = false
    private var shortage: HostShortage?
    private(set) var hasConnected = false
    private(set) var hasAnswer = false
    /// libcurl reads it in place, until `free()`.
    private let body: UnsafeMutableBufferPointer<UInt8>
    /// libcurl wanted to send the request once more.
    private var wasToBeRepeated = false
    private let permit: SendPermit
    private let traffic: UpstreamTraffic?
    private var connections = 0
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var head = HTTPHead(status: 0, fields: [])
    private var headBytes = 0
    /// Its empty line has come.
    private var headIsWhole = false
    private var headIsDelivered = false
    private let onEvent: (CurlTransfer) -> Void

    init(
        id: TransferID, request: HTTPRequest, receive: @escaping @GatewayLoop ([HTTPEvent]) -> Void,
        onEvent: @escaping (CurlTransfer) -> Void
    ) throws(TransportFailure) {
        guard let easy = curl_easy_init() else {
            throw TransportFailure(.setup, "no memory for a transfer", sent: false)
        }
        self.id = id
        self.easy = easy
        self.receive = receive
        body = .allocate(capacity: max(1, request.body.count))
        _ = body.initialize(from: request.body)
        self.permit = request.permit
        self.traffic = request.traffic
        self.onEvent = onEvent
        do throws(TransportFailure) { try configure(request) } catch {
            free()
            throw error
        }
    }

    func free() {
        traffic?.noteEnd(of: easy)
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        headerList = nil
        body.deallocate()
    }

    private func configure(_ request: HTTPRequest) throws(TransportFailure) {
        func check(_ code: CURLcode, _ option: String) throws(TransportFailure) {
            guard code == CURLE_OK else {
                throw TransportFailure(.setup, "\(option): \(String(cString: curl_easy_strerror(code)))", sent: false)
            }
        }
        func set(_ option: CURLoption, _ value: Int, _ name: String) throws(TransportFailure) {
            try check(ccurl_set_long(easy, option, value), name)
        }
        let user = Unmanaged.passUnretained(self).toOpaque()
        try check(ccurl_set_pointer(easy, CURLOPT_PRIVATE, user), "private")
        try check(ccurl_set_string(easy, CURLOPT_URL, request.url), "url")
        try set(CURLOPT_NOSIGNAL, 1, "nosignal")
        try check(ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"), "protocols")
        try set(CURLOPT_FOLLOWLOCATION, 0, "followlocation")
        try set(CURLOPT_SSL_VERIFYPEER, 1, "verifypeer")
        try set(CURLOPT_SSL_VERIFYHOST, 2, "verifyhost")
        if let caFile = request.caFile { try check(ccurl_set_string(easy, CURLOPT_CAINFO, caFile), "cainfo") }
        try check(ccurl_set_string(easy, CURLOPT_NOPROXY, Self.noProxy), "noproxy")
        try set(CURLOPT_HTTP_VERSION, request.httpVersion.curlValue, "http_version")
        if request.httpVersion == .http2 { try set(CURLOPT_PIPEWAIT, 1, "pipewait") }
        // libcurl 7.88 sets up HTTP/2 a second time on a connection without TLS that has it already, and the request fails.
        if request.httpVersion == .http2, !request.hasTLS, ccurl_version_number() >> 8 == 0x0758 {
            try set(CURLOPT_FRESH_CONNECT, 1, "fresh_connect")
            try set(CURLOPT_FORBID_REUSE, 1, "forbid_reuse")
        }
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, request.connectTimeout.wholeMilliseconds)), "connecttimeout")
        // An idle connection is used again for this long only: servers close them, and a request on a closing one is lost.
        try set(CURLOPT_MAXAGE_CONN, 30, "maxage_conn")
        try set(CURLOPT_TCP_KEEPALIVE, 1, "tcp_keepalive")
        try set(CURLOPT_BUFFERSIZE, Self.bufferSize, "buffersize")
        try set(CURLOPT_UPLOAD_BUFFERSIZE, Self.bufferSize, "upload_buffersize")

        // An empty Expect keeps libcurl from waiting for "100 Continue", and from sending the body again after a 417.
        var lines = request.headers
        lines.append("Expect:")
        for line in lines {
            guard let list = curl_slist_append(headerList, line) else {
                throw TransportFailure(.setup, "no memory for headers", sent: false)
            }
            headerList = list
        }
        try check(ccurl_set_list(easy, CURLOPT_HTTPHEADER, headerList), "httpheader")

        if request.method == .post {
            try set(CURLOPT_POST, 1, "post")
            try check(ccurl_set_off(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)), "postfieldsize")
            // In memory, so that libcurl sends it along with the head. What it could repeat by itself then, `isFirst()` does not let it.
            try check(ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress), "postfields")
        }
        try check(
            ccurl_set_transfer_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, user in
                guard let data, let user else { return 0 }
                return CurlTransfer.from(user).write(UnsafeRawBufferPointer(start: data, count: size * count))
            }, "writefunction")
        try check(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, user), "writedata")
        try check(
            ccurl_set_transfer_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, user in
                guard let data, let user else { return 0 }
                return CurlTransfer.from(user).header(UnsafeRawBufferPointer(start: data, count: size * count))
            }, "headerfunction")
        try check(ccurl_set_pointer(easy, CURLOPT_HEADERDATA, user), "headerdata")
        try check(
            ccurl_set_prereq_callback(easy) { user, _, _, _, _ in
                guard let user, CurlTransfer.from(user).connected() else { return CURL_PREREQFUNC_ABORT }
                return CURL_PREREQFUNC_OK
            }, "prereqfunction")
        try check(ccurl_set_pointer(easy, CURLOPT_PREREQDATA, user), "prereqdata")
        try check(
            ccurl_set_opensocket_callback(easy) { user, _, address in
                guard let user, let address else { return CURL_SOCKET_BAD }
                return CurlTransfer.from(user).openSocket(address.pointee)
            }, "opensocketfunction")
        try check(ccurl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, user), "opensocketdata")
        if let traffic { try check(traffic.hearOfClosing(by: easy), "closesocketfunction") }
        if request.mayBeHTTP2 {
            try check(
                ccurl_set_debug_callback(easy) { _, kind, text, size, user in
                    guard kind == CURLINFO_TEXT, let text, let user else { return 0 }
                    let remark = UnsafeRawBufferPointer(start: text, count: size)
                    CurlTransfer.from(user).refusal.note(String(decoding: remark, as: UTF8.self))
                    return 0
                }, "debugfunction")
            try check(ccurl_set_pointer(easy, CURLOPT_DEBUGDATA, user), "debugdata")
            hearsRemarks = true
        }
    }

    /// This host is never asked through a proxy. libcurl reads `no_proxy` only where the option is not set, and takes "*" only where it stands alone.
    static func noProxy(variable: String?) -> String {
        let own = "localhost,127.0.0.1,::1"
        guard let variable, variable != "*" else { return variable ?? own }
        return "\(variable),\(own)"
    }

    static func from(_ user: UnsafeMutableRawPointer) -> CurlTransfer {
        Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue()
    }

    private func note(_ event: HTTPEvent) {
        events.append(event)
        onEvent(self)
    }

    /// False if something of the request has left already: when a reused connection dies, libcurl would silently send a POST again, up to
    /// five times. It asks before it opens a connection for that, and before it begins on one.
    private func isFirst() -> Bool {
        if hasSent { wasToBeRepeated = true }
        return !wasToBeRepeated
    }

    private func openSocket(_ address: curl_sockaddr) -> curl_socket_t {
        guard isFirst() else { return CURL_SOCKET_BAD }
        let type = address.socktype | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, address.protocol)
        if descriptor >= 0 {
            traffic?.noteOpening()
        } else {
            // libcurl says of a socket that it did not get what it says of a closed port.
            shortage = HostShortage(errno)
        }
        return descriptor
    }

    private var hasSent: Bool {
        var bytes = 0
        ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &bytes)
        return bytes > 0
    }

    /// False if the request was given up meanwhile.
    private func connected() -> Bool {
        guard isFirst(), permit.use() else { return false }
        traffic?.noteRequest(of: easy, connections: &connections)
        // Not before: what it says of name, connection and TLS is of no use here. Where it does not listen, refusals count as losses.
        if hearsRemarks { _ = ccurl_set_long(easy, CURLOPT_VERBOSE, 1) }
        // libcurl comes back here when it replaces a dead connection before anything was sent.
        if !hasConnected {
            hasConnected = true
            note(.connected)
        }
        return true
    }

    /// One header line. Interim answers (1xx) and trailers come here too.
    private func header(_ line: UnsafeRawBufferPointer) -> Int {
        headBytes += line.count
        guard headBytes <= Self.headerLimit else { return 0 }
        if line.starts(with: "HTTP/".utf8) {
            head = HTTPHead(status: 0, fields: [])
            headIsWhole = false
            return line.count
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            if line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) { headIsWhole = true }
            return line.count
        }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        head.fields.append((name, String(trimming: line[(colon + 1)...])))
        return line.count
    }

    private func deliverHead() {
        guard !headIsDelivered else { return }
        headIsDelivered = true
        hasAnswer = true
        var status = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        head.status = status
        note(.head(head))
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !isPaused, backlog.add(bytes.count) else {
            isHeldBack = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        traffic?.noteReceived(bytes.count)
        deliverHead()
        note(.body(Array(bytes)))
        return bytes.count
    }

    /// libcurl is done with the transfer.
    func finish(_ code: CURLcode) {
        var status = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        // libcurl calls it success too when the connection ends within the head, or after an interim one.
        let hasHead = headIsWhole && status >= 200
        if code == CURLE_OK, hasHead { deliverHead() }
        // For its repetition it looks the name up first.
        let triesAgain =
            wasToBeRepeated || [CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY].contains(code) && hasSent
        var failure = CurlResult.failure(
            triesAgain ? CURLE_SEND_FAIL_REWIND : code, status: hasHead ? status : 0, connected: hasConnected,
            refused: refusal.isRefused,
            hasAnswer: hasAnswer || status >= 200)
        if failure?.kind == .tlsVerification {
            var result = 0
            ccurl_get_long(easy, CURLINFO_SSL_VERIFYRESULT, &result)
            if let detail = CurlResult.verification(result) { failure?.detail = detail }
        }
        // Names, certificates and sockets all need descriptors; libcurl names what it could not do, and not why.
        if let kind = failure?.kind, kind.comesBeforeSending, let shortage = shortage ?? .current {
            failure = TransportFailure(.shortage, shortage.description, sent: false)
        }
        note(.finished(failure))
    }
}

extension HTTPRequest {
    fileprivate var hasTLS: Bool { url.lowercased().hasPrefix("https:") }

    /// Servers offer it in the handshake of TLS, unless it was agreed upon before.
    fileprivate var mayBeHTTP2: Bool {
        switch httpVersion {
        case .auto: hasTLS
        case .http1: false
        case .http2: true
        }
    }
}

extension ProviderSettings.HTTPVersion {
    fileprivate var curlValue: Int {
        switch self {
        case .auto: Int(CURL_HTTP_VERSION_2TLS)
        case .http1: Int(CURL_HTTP_VERSION_1_1)
        case .http2: Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
        }
    }
}

extension String {
    /// Without the blanks and the line end around it.
    fileprivate init(trimming bytes: Slice<UnsafeRawBufferPointer>) {
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        let rest = bytes.drop { blanks.contains($0) }
        let end = rest.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? rest.startIndex
        self = String(decoding: rest[..<end], as: UTF8.self)
    }
}
