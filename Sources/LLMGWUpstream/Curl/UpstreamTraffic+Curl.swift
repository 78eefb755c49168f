internal import CCurl
internal import Glibc
import LLMGWCore

extension UpstreamTraffic {
    /// A transfer has opened a socket for a connection, which outlives it: so each socket holds on to the figures until it is closed.
    func noteOpening() {
        _ = Unmanaged.passRetained(self)
        noteSocket(opened: true)
    }

    /// Hears when libcurl closes the sockets that this transfer opens. It keeps what it is told here with the connection.
    func hearOfClosing(by easy: OpaquePointer) -> CURLcode {
        let code = ccurl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        guard code == CURLE_OK else { return code }
        return ccurl_set_closesocket_callback(easy) { user, descriptor in
            if let user { Unmanaged<UpstreamTraffic>.fromOpaque(user).takeRetainedValue().noteSocket(opened: false) }
            return close(descriptor)
        }
    }

    /// The transfer's request leaves. `connections` is how many the transfer had made when this was asked the last time.
    func noteRequest(of easy: OpaquePointer, connections: inout Int) {
        var made = 0
        ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &made)
        guard made > connections else { return noteReuse() }
        connections = made
        func time(_ info: CURLINFO) -> Duration {
            var microseconds: curl_off_t = 0
            ccurl_get_off(easy, info, &microseconds)
            return .microseconds(microseconds)
        }
        // Each since the transfer began.
        let resolved = time(CURLINFO_NAMELOOKUP_TIME_T)
        let connected = time(CURLINFO_CONNECT_TIME_T)
        let secured = time(CURLINFO_APPCONNECT_TIME_T)
        let tls = secured > .zero ? [(Phase.tls, secured - connected)] : []
        noteConnection([(.dns, resolved), (.tcp, connected - resolved)] + tls)
    }

    /// The transfer is over.
    func noteEnd(of easy: OpaquePointer) {
        var bytes: curl_off_t = 0
        ccurl_get_off(easy, CURLINFO_SIZE_UPLOAD_T, &bytes)
        noteSent(bytes)
    }
}
