import Testing

@testable import LLMGWUpstream

@Suite("HTTP/2: refused or lost")
struct StreamRefusalTests {
    private func isRefused(_ remarks: String...) -> Bool {
        var refusal = StreamRefusal()
        for remark in remarks { refusal.note(remark + "\n") }
        return refusal.isRefused
    }

    private let begun = "Using Stream ID: 3 (easy handle 0x1)"

    @Test("A reset that says so, and going away before the stream, are refusals")
    func refused() {
        #expect(isRefused(begun, "REFUSED_STREAM, retrying a fresh connect"))
        #expect(isRefused(begun, "recveived GOAWAY, error=0, last_stream=1"))
        #expect(isRefused(begun, "received GOAWAY, error=0, last_stream=0"))
    }

    @Test("Anything else is none")
    func lost() {
        #expect(!isRefused(begun))
        #expect(!isRefused(begun, "received GOAWAY, error=0, last_stream=3"))
        #expect(!isRefused(begun, "received GOAWAY, error=0, last_stream=2147483647"))
        #expect(!isRefused("received GOAWAY, error=0, last_stream=1"), "before it had a stream")
        #expect(!isRefused(begun, "received GOAWAY, error=0, last_stream=没有"))
        #expect(!isRefused("Using Stream ID: x", "received GOAWAY, error=0, last_stream=1"))
        #expect(!isRefused(begun, "HTTP/2 stream 3 was not closed cleanly: INTERNAL_ERROR (err 2)"))
        #expect(!isRefused(begun, "h2h3 [last_stream=1: REFUSED_STREAM]"), "a header of ours")
    }

    @Test("What became of an earlier stream of the same transfer does not count")
    func anotherStream() {
        #expect(!isRefused(begun, "REFUSED_STREAM, retrying a fresh connect", "Using Stream ID: 1 (easy handle 0x1)"))
    }
}
