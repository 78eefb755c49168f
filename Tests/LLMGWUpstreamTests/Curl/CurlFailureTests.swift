import LLMGWCore
import Synchronization
import TestSupport
import Testing

@testable import LLMGWUpstream

@Suite("Curl driver: failures", .timeLimit(.minutes(1)))
struct CurlFailureTests {
    @Test(
        "Answers that are none, or not whole",
        arguments: [
            ("", .lost), ("HTTP/1.1 200 OK\r\nContent-Le", .lost),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", .lost), ("HTTP/1.1 103 Early Hints\r\n\r\n", .lost),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .truncated),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", .truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", .truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", .truncated),
            ("220 mail.example.org ESMTP\r\n", .malformed),
        ] as [(String, TransportFailure.Kind)])
    func brokenAnswers(answer: String, kind: TransportFailure.Kind) async throws {
        let server = LoopbackServer { connection, _ in
            _ = connection.readRequest()
            connection.write(answer)
        }
        try await DriverUnderTest.run { test in
            var transfer = test.post(server.url)
            let failure = await transfer.finish()
            #expect(failure?.kind == kind)
            #expect(failure?.sent == true)
        }
        server.stop()
        #expect(server.requests.count == 1, "nothing is sent again")
    }

    @Test func aHeaderWithoutEnd() async throws {
        let server = LoopbackServer { connection, _ in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-Long: \(String(repeating: "x", count: 1000))\r\n") {}
        }
        try await DriverUnderTest.run { test in
            var transfer = test.post(server.url)
            #expect(await transfer.finish()?.kind == .malformed)
        }
        server.stop()
    }

    @Test func nobodyListens() async throws {
        let server = LoopbackServer { _, _ in }
        let url = server.url
        server.stop()
        try await DriverUnderTest.run { test in
            var transfer = test.post(url)
            let failure = await transfer.finish()
            #expect(failure?.kind == .connect)
            #expect(failure?.sent == false)
            #expect(!transfer.isConnected)
        }
    }

    @Test func plainTextWhereTLSIsExpected() async throws {
        let server = LoopbackServer { connection, _ in
            _ = connection.read()
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        try await DriverUnderTest.run { test in
            var transfer = test.post(server.url.replacing("http:", with: "https:"))
            let failure = await transfer.finish()
            #expect(failure?.kind == .tls)
            #expect(failure?.sent == false)
        }
        server.stop()
    }

    @Test func connectingHasALimit() async throws {
        let server = LoopbackServer { connection, _ in _ = connection.waitForClose() }
        try await DriverUnderTest.run { test in
            var transfer = test.start(
                HTTPRequest(
                    method: .post, url: server.url.replacing("http:", with: "https:"), headers: [], body: [1],
                    connectTimeout: .milliseconds(50)))
            let failure = await transfer.finish()
            #expect(failure?.kind == .connectTimeout)
            #expect(failure?.sent == false)
        }
        server.stop()
    }

    @Test("What the driver says of a failure never holds a header or the body")
    func noSecrets() async throws {
        let server = LoopbackServer { connection, _ in _ = connection.readRequest() }
        try await DriverUnderTest.run { test in
            var transfer = test.start(
                HTTPRequest(
                    method: .post, url: server.url, headers: ["Authorization: Bearer hush"], body: Array("hush".utf8)))
            let failure = await transfer.finish()
            #expect(failure?.detail.isEmpty == false)
            #expect(failure?.detail.contains("hush") == false)
        }
        server.stop()
    }
}

/// libcurl sends a request again by itself where a reused connection dies before the first byte of the answer. A POST would run, and be billed,
/// twice.
@Suite("Curl driver: no silent second sending", .timeLimit(.minutes(1)))
struct CurlResendTests {
    enum Death: Sendable, CaseIterable {
        case close, reset, closeInTheBody, resetInTheBody
    }

    @Test("The server takes a request on a reused connection and goes away", arguments: Death.allCases)
    func reusedConnectionDies(death: Death) async throws {
        let strayBytes = Atomic(0)
        let server = LoopbackServer { connection, number in
            guard number == 0 else {
                // libcurl may connect once more before it finds that it cannot send again.
                while let bytes = connection.read(), !bytes.isEmpty { strayBytes.add(bytes.count, ordering: .relaxed) }
                return
            }
            _ = connection.readRequest()
            connection.answer("first")
            switch death {
            case .close: _ = connection.readRequest()
            case .reset:
                _ = connection.readRequest()
                connection.resetOnClose()
            case .closeInTheBody: Self.readIntoTheBody(connection)
            case .resetInTheBody:
                Self.readIntoTheBody(connection)
                connection.resetOnClose()
            }
        }
        try await DriverUnderTest.run { test in
            var first = test.post(server.url)
            #expect(await first.finish() == nil)
            let isLarge = death == .closeInTheBody || death == .resetInTheBody
            var second = test.post(server.url, [UInt8](repeating: 120, count: isLarge ? 20 << 20 : 100))
            let failure = await second.finish()
            #expect(failure?.kind == .lost)
            #expect(failure?.sent == true, "it may have been processed")
            let error = GatewayError(try #require(failure))
            #expect(error.reason == .connectionLost)
            #expect(error.retry == .ambiguous)
        }
        server.stop()
        #expect(strayBytes.load(ordering: .relaxed) == 0, "not a byte of it was sent again")
        #expect(server.requests.count == (death == .close || death == .reset ? 2 : 1))
    }

    /// With the head alone nobody can have begun, and libcurl may try again.
    private static func readIntoTheBody(_ connection: ServerConnection) {
        var count = 0
        while count < 4096, let bytes = connection.read(atMost: 1000), !bytes.isEmpty { count += bytes.count }
    }

    @Test("A connection that was closed before is replaced, and the request runs once")
    func idleConnectionWasClosed() async throws {
        let closed = Signal()
        let server = LoopbackServer { connection, number in
            _ = connection.readRequest()
            connection.answer("\(number)")
            if number == 0 {
                connection.endWriting()
                closed.send()
                _ = connection.waitForClose()
            }
        }
        try await DriverUnderTest.run { test in
            var first = test.post(server.url)
            #expect(await first.finish() == nil)
            #expect(closed.wait())
            var second = test.post(server.url)
            #expect(await second.finish() == nil)
            #expect(second.text == "1")
        }
        server.stop()
        #expect(server.connectionCount == 2)
        #expect(server.requests.count == 2)
    }
}
