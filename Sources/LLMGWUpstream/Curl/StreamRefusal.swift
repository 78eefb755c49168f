/// Finds out whether an HTTP/2 upstream has refused a stream without looking at it: by a reset that says so, or by going away with an earlier stream
/// as its last (RFC 9113, 8.7). Then it is certain that nothing was done.
///
/// libcurl knows it, and tells it in its remarks alone, not by its codes. Where it does not, a refusal counts as a loss, which is repeated with
/// permission only: so does libcurl 7.88 with a stream that is reset on a connection that was used before, which it takes for one that
/// has died. No terminal state: libcurl may begin another stream for the same transfer.
struct StreamRefusal {
    private static let begun = "Using Stream ID: "
    private static let refused = "REFUSED_STREAM"
    private static let wentAway = " GOAWAY, "
    private static let last = "last_stream="

    private var stream: UInt32?
    private(set) var isRefused = false

    /// One of libcurl's remarks about the transfer.
    mutating func note(_ remark: String) {
        if remark.hasPrefix(Self.begun) {
            stream = Self.number(in: remark.dropFirst(Self.begun.count))
            isRefused = false
        } else if remark.hasPrefix(Self.refused) {
            isRefused = true
        } else if let place = remark.ranges(of: Self.last).first, !remark.ranges(of: Self.wentAway).isEmpty {
            guard let stream, let last = Self.number(in: remark[place.upperBound...]) else { return }
            isRefused = isRefused || stream > last
        }
    }

    private static func number(in text: Substring) -> UInt32? {
        UInt32(text.prefix { $0.isASCII && $0.isNumber })
    }
}
