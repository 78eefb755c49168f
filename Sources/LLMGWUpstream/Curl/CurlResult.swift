internal import CCurl

/// What libcurl's codes mean for a request.
enum CurlResult {
    /// Why a certificate was not accepted, by OpenSSL's number (X509_V_ERR_…); nil for those that need an expert's words. libcurl compares
    /// the host's name first, and leaves the number at 1 where that is another.
    static func verification(_ result: Int) -> String? {
        switch result {
        case 1: "the upstream's certificate is for another host name"
        case 9: "the upstream's certificate is not valid yet"
        case 10: "the upstream's certificate has expired"
        case 18, 19, 20, 21: "the upstream's certificate is signed by nobody who is trusted here"
        default: nil
        }
    }

    /// Nil is success. `connected` tells whether a connection was there; only then can anything have been sent. `refused`: the upstream has
    /// said that it did not look at the request.
    static func failure(
        _ code: CURLcode, status: Int, connected: Bool, refused: Bool = false, hasAnswer: Bool
    ) -> TransportFailure? {
        let detail = String(cString: curl_easy_strerror(code))
        func failure(_ kind: TransportFailure.Kind, sent: Bool) -> TransportFailure {
            TransportFailure(kind, detail, sent: sent)
        }
        switch code {
        case CURLE_OK:
            // An answer without a status is none; libcurl calls it success all the same.
            return status == 0
                ? TransportFailure(.lost, "the connection ended without an answer", sent: connected) : nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return failure(.resolve, sent: false)
        case CURLE_COULDNT_CONNECT:
            return failure(.connect, sent: false)
        case CURLE_OPERATION_TIMEDOUT:
            return failure(connected ? .lost : .connectTimeout, sent: connected)
        case CURLE_SSL_CONNECT_ERROR:
            return failure(.tls, sent: false)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return failure(.tlsVerification, sent: false)
        case _ where refused && !hasAnswer:
            return TransportFailure(.lost, "the upstream refused the request unseen", sent: false)
        case CURLE_PARTIAL_FILE:
            return failure(hasAnswer ? .truncated : .lost, sent: true)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SEND_FAIL_REWIND, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            return failure(hasAnswer ? .truncated : .lost, sent: connected)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            return failure(.malformed, sent: connected)
        case CURLE_OUT_OF_MEMORY where connected:
            // What libcurl says to a header line above its own limit.
            return TransportFailure(.malformed, "the answer's header is too large", sent: true)
        case CURLE_OUT_OF_MEMORY:
            return TransportFailure(.shortage, HostShortage.memory.description, sent: false)
        default:
            return failure(connected ? (hasAnswer ? .truncated : .lost) : .setup, sent: connected)
        }
    }
}
