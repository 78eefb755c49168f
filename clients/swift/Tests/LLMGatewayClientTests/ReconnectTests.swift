import LLMGWWire
import LLMGatewayClient
import Testing

/// What the client does when the connection does not last: it repeats only what was certainly not processed.
@Suite struct ReconnectTests {
    private let hello = ChatRequest(messages: [.user("再来一次")])

    private static func answer(_ connection: FakeConnection, _ text: String) throws {
        let (stream, _) = try connection.request(ChatRequest.self)
        try connection.end(stream, ChatReply(choices: [.init(index: 0, text: text)]))
    }

    @Test func goAwayLeadsToANewConnection() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            if connection.number == 1 {
                try connection.send(.goAway, 0, GoAway(lastStream: stream, reason: "restart", grace: .seconds(1)))
            }
            let number = "\(connection.number)"
            try connection.end(stream, ChatReply(choices: [.init(index: 0, text: number)]))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        #expect(try await client.chat(hello).text == "1")
        #expect(try await client.chat(hello).text == "2")
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func aCallAboveTheLastStreamIsRepeatedOnce() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            if connection.number == 1 {
                _ = try connection.request(ChatRequest.self)
                try connection.send(.goAway, 0, GoAway(lastStream: 0, reason: "restart", grace: .seconds(1)))
                try connection.expectEnd()
            } else {
                try Self.answer(connection, "第二次")
                try connection.expectEnd()
            }
        }
        let client = GatewayClient(socketPath: daemon.path)
        #expect(try await client.chat(hello).text == "第二次")
        #expect(daemon.connections == 2)
        await client.close()
    }

    /// The daemon says GOAWAY and closes while the client writes: the write fails, and what was said before has to be heard all the same.
    @Test("A GOAWAY that is there when a write fails counts", arguments: [0, 1] as [UInt32], 0..<8)
    func goAwayBeforeABrokenWrite(lastStream: UInt32, round: Int) async throws {
        let (arrived, continuation) = AsyncStream.makeStream(of: Void.self)
        let daemon = FakeDaemon { connection in
            try connection.open()
            if connection.number == 1 {
                _ = try connection.request(ChatRequest.self)
                continuation.finish()
                try connection.awaitMore()
                try connection.send(
                    .goAway, 0, GoAway(lastStream: lastStream, reason: "restart", grace: .seconds(1)))
            } else {
                for _ in lastStream..<2 { try Self.answer(connection, "第二次") }
                try connection.expectEnd()
            }
        }
        let client = GatewayClient(socketPath: daemon.path)
        // One frame, and more than the socket holds: a part of it waits to be written when the connection ends.
        let large = ChatRequest(messages: [.user(String(repeating: "长", count: 84_000))])
        async let first = client.chat(hello)
        for await _ in arrived {}
        async let second = client.chat(large)
        #expect(try await second.text == "第二次")
        if lastStream == 0 {
            #expect(try await first.text == "第二次")
        } else {
            do {
                _ = try await first
                Issue.record("nobody answered it")
            } catch let error as GatewayError {
                #expect(error.reason == .localConnectionLost && error.retry == .ambiguous)
            }
        }
        await client.close()
        #expect(daemon.connections == 2 && daemon.failures == [])
    }

    @Test func refusedTwiceIsAnError() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            var error = GatewayError(.draining, "the daemon is shutting down")
            error.notProcessed = true
            try connection.send(.goAway, 0, GoAway(lastStream: 0, reason: "restart", grace: .seconds(1)))
            try connection.send(.end, stream, EndEnvelope(error: error))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let error = await #expect(throws: GatewayError.self) { try await client.chat(hello) }
        #expect(error?.notProcessed == true)
        #expect(daemon.connections == 2)
        await client.close()
    }

    @Test func aCallThatMayHaveBeenProcessedIsNotRepeated() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            _ = try connection.request(ChatRequest.self)
        }
        let client = GatewayClient(socketPath: daemon.path)
        let error = await #expect(throws: GatewayError.self) { try await client.chat(hello) }
        #expect(error?.reason == .localConnectionLost)
        #expect(error?.retry == .ambiguous)
        #expect(daemon.connections == 1)
        await client.close()
    }

    @Test func aStreamThatBreaksOffIsAnError() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            try connection.send(.data, stream, ChatChunk(text: "半"))
        }
        let client = GatewayClient(socketPath: daemon.path)
        var text = ""
        let error = await #expect(throws: GatewayError.self) {
            for try await chunk in try await client.streamChat(hello) { text += chunk.text ?? "" }
        }
        #expect(text == "半")
        #expect(error?.reason == .localConnectionLost)
        #expect(daemon.connections == 1)
        await client.close()
    }

    @Test func aRefusedConnectionSaysWhy() async throws {
        let daemon = FakeDaemon { connection in
            let refusal = ConnectionError(GatewayError(.tooManyConnections, "1024 connections are the limit"))
            try connection.send(.error, 0, refusal)
        }
        let client = GatewayClient(socketPath: daemon.path)
        let error = await #expect(throws: GatewayError.self) { try await client.ping() }
        #expect(error?.reason == .tooManyConnections)
        #expect(error?.notProcessed == true)
        await client.close()
    }

    @Test func aViolationEndsTheConnection() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            _ = try connection.request(ChatRequest.self)
            try connection.send(.data, 77, ChatChunk(text: "?"))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let error = await #expect(throws: GatewayError.self) { try await client.chat(hello) }
        #expect(error?.reason == .localProtocolViolation)
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func nobodyListens() async throws {
        let client = GatewayClient(socketPath: "/nonexistent/llmgw.sock")
        let error = await #expect(throws: GatewayError.self) { try await client.ping() }
        #expect(error?.reason == .localConnectFailed)
        #expect(error?.message.contains("/nonexistent/llmgw.sock") == true)
        await client.close()
    }

    @Test func aClosedClientStaysClosed() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            _ = try connection.request(ChatRequest.self)
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let stream = try await client.streamChat(hello)
        await client.close()
        let error = await #expect(throws: GatewayError.self) { try await stream.reply }
        #expect(error?.reason == .localClosed)
        let later = await #expect(throws: GatewayError.self) { try await client.ping() }
        #expect(later?.reason == .localClosed)
    }

    @Test func aDaemonThatNeverAnswersIsGivenUp() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            _ = try connection.request(ChatRequest.self)
            _ = try connection.expect(.cancel)
        }
        let client = GatewayClient(socketPath: daemon.path)
        let error = await #expect(throws: GatewayError.self) {
            try await client.chat(hello, options: CallOptions(timeout: .milliseconds(1)))
        }
        #expect(error?.reason == .localTimeout)
        await client.close()
        #expect(daemon.failures == [])
    }
}
