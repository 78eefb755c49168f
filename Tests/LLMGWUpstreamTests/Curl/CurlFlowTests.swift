import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWUpstream

@Suite("Curl driver: cancelling", .timeLimit(.minutes(1)))
struct CurlCancelTests {
    enum Phase: Sendable, CaseIterable {
        case connecting, sending, waiting, receiving, paused
    }

    @Test("In every phase the socket is closed", arguments: Phase.allCases)
    func closesTheSocket(phase: Phase) async throws {
        let (signals, signal) = AsyncStream.makeStream(of: Bool.self)
        let isPaused = Signal()
        let server = LoopbackServer { connection, number in
            guard number == 0 else {
                _ = connection.readRequest()
                return connection.answer("ok")
            }
            switch phase {
            case .connecting, .sending: _ = connection.read(atMost: 1)
            case .waiting: _ = connection.readRequest()
            case .receiving, .paused:
                _ = connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nbegin")
                if phase == .paused {
                    _ = isPaused.wait()
                    while connection.write([UInt8](repeating: 0, count: 64 << 10)) {}
                }
            }
            signal.yield(true)
            signal.yield(connection.waitForClose())
        }
        try await DriverUnderTest.run { test in
            var ends = signals.makeAsyncIterator()
            let url = phase == .connecting ? server.url.replacing("http:", with: "https:") : server.url
            var transfer = test.post(url, [UInt8](repeating: 1, count: phase == .sending ? 30 << 20 : 10))
            if phase == .receiving || phase == .paused {
                while transfer.body.isEmpty { #expect(await transfer.next()) }
            }
            if phase == .paused {
                test.driver.pause(transfer.id)
                isPaused.send()
                var other = test.get(server.url)
                #expect(await other.finish() == nil, "when this is through, the pause is too")
            } else {
                #expect(await ends.next() == true, "the server is where the test wants it")
            }
            let start = ContinuousClock.now
            test.driver.cancel(transfer.id)
            if phase == .paused { #expect(await ends.next() == true) }
            #expect(await ends.next() == true, "the server sees the end")
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        server.stop()
        #expect(server.connectionCount == (phase == .paused ? 2 : 1))
    }

    @Test func otherTransfersGoOn() async throws {
        let server = LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                if request.hasPrefix("GET /hang") { break }
                connection.answer("ok")
            }
            _ = connection.waitForClose()
        }
        try await DriverUnderTest.run { test in
            let hanging = test.get(server.url + "/hang")
            var other = test.get(server.url + "/a")
            #expect(await other.finish() == nil)
            test.driver.cancel(hanging.id)
            test.driver.cancel(hanging.id)
            test.driver.cancel(TransferID(number: 999_999))
            var last = test.get(server.url + "/b")
            #expect(await last.finish() == nil)
            #expect(last.text == "ok")
        }
        server.stop()
    }
}

@Suite("Curl driver: pausing", .timeLimit(.minutes(1)))
struct CurlPauseTests {
    /// More than the sockets' buffers hold.
    private static let size = 48 << 20

    @Test("A paused transfer stands still, others do not, and nothing is lost")
    func pauseAndResume() async throws {
        let part = (0..<(64 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let isWatched = Signal()
        let isPaused = Signal()
        let moreIsThere = AsyncStream.makeStream(of: Void.self)
        let server = LoopbackServer { connection, _ in
            while let request = connection.readRequest() {
                guard request.hasPrefix("GET /large") else {
                    connection.answer("ok")
                    continue
                }
                _ = isWatched.wait()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(Self.size)\r\n\r\n")
                connection.write(part)
                _ = isPaused.wait()
                connection.write(part)
                moreIsThere.continuation.yield()
                for _ in 2..<(Self.size / part.count) { connection.write(part) }
            }
        }
        try await DriverUnderTest.run { test in
            let counter = ReceivedBytes()
            let pauses = AsyncStream.makeStream(of: Void.self)
            let finished = AsyncStream.makeStream(of: TransportFailure?.self)
            let id = TransferBox()
            let request = HTTPRequest(method: .get, url: server.url + "/large", headers: [])
            id.set(
                test.driver.start(request) { events in
                    for event in events {
                        switch event {
                        case .connected: break
                        case .head:
                            if let id = id.get() { test.driver.pause(id) }
                            pauses.continuation.yield()
                        case .body(let bytes): counter.add(bytes, period: part)
                        case .finished(let failure):
                            finished.continuation.yield(failure)
                            finished.continuation.finish()
                        }
                    }
                })
            isWatched.send()
            var pause = pauses.stream.makeAsyncIterator()
            await pause.next()
            isPaused.send()
            var more = moreIsThere.stream.makeAsyncIterator()
            await more.next()
            // When another request is through, the pause is too.
            var counts: [Int] = []
            for _ in 0..<3 {
                var other = test.get(server.url + "/small")
                #expect(await other.finish() == nil)
                counts.append(counter.count)
            }
            #expect(counts[0] < Self.size)
            #expect(counts[2] == counts[0], "it stands still")
            test.driver.resume(try #require(id.get()))
            var ends = finished.stream.makeAsyncIterator()
            let end = try #require(await ends.next())
            #expect(end == nil)
            #expect(counter.count == Self.size)
            #expect(counter.isIntact)
        }
        server.stop()
    }
}

@Suite("Hosts that are asked without a proxy")
struct NoProxyTests {
    @Test(arguments: [
        (nil, "localhost,127.0.0.1,::1"), ("intern.example", "intern.example,localhost,127.0.0.1,::1"), ("*", "*"),
    ])
    func thisHostAndThoseOfTheEnvironment(variable: String?, list: String) {
        #expect(CurlTransfer.noProxy(variable: variable) == list)
    }
}
