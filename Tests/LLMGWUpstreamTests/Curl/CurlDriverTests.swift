import LLMGWCore
import Testing

@testable import LLMGWUpstream

@Suite("Curl driver", .timeLimit(.minutes(1)))
struct CurlDriverTests {
    @Test func aRequestAndItsAnswer() async throws {
        let server = LoopbackServer { connection, _ in
            _ = connection.readRequest()
            connection.answer("你好", "X-Request-Id:  r1 \r\nX-Empty:\r\n")
        }
        try await DriverUnderTest.run { test in
            var transfer = test.start(
                HTTPRequest(
                    method: .post, url: server.url + "/v1/x", headers: ["X-Team: 队", "Accept: a/b"],
                    body: Array("{\"问\":1}".utf8)))
            #expect(await transfer.finish() == nil)
            #expect(transfer.isConnected)
            #expect(transfer.head?.status == 200)
            #expect(transfer.head?["x-request-id"] == "r1")
            #expect(transfer.head?["x-empty"] == "")
            #expect(transfer.text == "你好")
        }
        server.stop()
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.hasPrefix("POST /v1/x HTTP/1.1\r\n"))
        #expect(request.contains("\r\nX-Team: 队\r\n") && request.contains("\r\nAccept: a/b\r\n"))
        #expect(request.hasSuffix("\r\n\r\n{\"问\":1}"))
        #expect(!request.lowercased().contains("\r\nexpect"), "nobody waits for 100 Continue")
    }

    @Test func aLargeBodyArrivesAsItIs() async throws {
        let server = LoopbackServer { connection, _ in
            guard let request = connection.readRequest() else { return }
            connection.answer("\(request.hasSuffix("\r\n\r\n" + String(repeating: "x", count: 300_000)))")
        }
        try await DriverUnderTest.run { test in
            var transfer = test.post(server.url, [UInt8](repeating: UInt8(ascii: "x"), count: 300_000))
            #expect(await transfer.finish() == nil)
            #expect(transfer.text == "true")
        }
        server.stop()
        #expect(server.requests.first?.lowercased().contains("\r\nexpect") == false)
    }

    @Test("A connection is used again, by any number of requests")
    func connectionReuse() async throws {
        let server = LoopbackServer { connection, _ in
            while connection.readRequest() != nil { connection.answer("ok") }
        }
        try await DriverUnderTest.run { test in
            for _ in 0..<5 {
                var transfer = test.post(server.url)
                #expect(await transfer.finish() == nil)
                #expect(transfer.isConnected, "the clocks are told of a connection that was there already")
            }
        }
        server.stop()
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 5)
    }

    @Test func manyAtOnce() async throws {
        let server = LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                connection.answer(String(request.split(separator: " ")[1]))
            }
        }
        try await DriverUnderTest.run { test in
            var transfers = (0..<50).map { (path: "/\($0)", transfer: test.get("\(server.url)/\($0)")) }
            for index in transfers.indices {
                #expect(await transfers[index].transfer.finish() == nil)
                #expect(transfers[index].transfer.text == transfers[index].path)
            }
        }
        server.stop()
        #expect(server.requests.count == 50)
    }

    @Test func anInterimAnswerIsNone() async throws {
        let server = LoopbackServer { connection, _ in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n")
            connection.answer("a", "X-B: 2\r\n")
        }
        try await DriverUnderTest.run { test in
            var transfer = test.get(server.url)
            #expect(await transfer.finish() == nil)
            #expect(transfer.head?.status == 200)
            #expect(transfer.head?["x-a"] == nil)
            #expect(transfer.head?["x-b"] == "2")
        }
        server.stop()
    }

    @Test func chunksWithoutABodyAndEmptyAnswers() async throws {
        let answers = [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n你\r\n3\r\n好\r\n0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        ]
        let server = LoopbackServer { connection, _ in
            for answer in answers where connection.readRequest() != nil { connection.write(answer) }
        }
        try await DriverUnderTest.run { test in
            for (status, text) in [(200, "你好"), (204, ""), (500, "")] {
                var transfer = test.get(server.url)
                #expect(await transfer.finish() == nil)
                #expect(transfer.head?.status == status)
                #expect(transfer.text == text)
            }
        }
        server.stop()
    }

    @Test("A redirect is an answer: the key does not go along")
    func redirect() async throws {
        let other = LoopbackServer { connection, _ in _ = connection.readRequest() }
        let target = other.url
        let server = LoopbackServer { connection, _ in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 307 Elsewhere\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
        }
        try await DriverUnderTest.run { test in
            var transfer = test.post(server.url)
            #expect(await transfer.finish() == nil)
            #expect(transfer.head?.status == 307)
        }
        server.stop()
        other.stop()
        #expect(other.connectionCount == 0)
    }

    @Test(
        "Only http and https are spoken", arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "no url at all", ""])
    func otherSchemes(url: String) async throws {
        try await DriverUnderTest.run { test in
            var transfer = test.get(url)
            let failure = await transfer.finish()
            #expect(failure?.sent == false)
            #expect(!transfer.isConnected)
            #expect(transfer.head == nil)
        }
    }

    @Test func afterShutdownNothingRuns() async throws {
        let server = LoopbackServer { connection, _ in _ = connection.waitForClose() }
        try await DriverUnderTest.run { test in
            _ = test.get(server.url)
            await test.driver.shutdown()
            await test.driver.shutdown()
            test.driver.cancel(test.get(server.url).id)
        }
        server.stop()
        #expect(server.connectionCount <= 1)
    }
}
