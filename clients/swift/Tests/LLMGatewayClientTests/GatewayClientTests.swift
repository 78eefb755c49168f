import LLMGWWire
import LLMGatewayClient
import Testing

/// The client against a daemon that follows a script.
@Suite struct GatewayClientTests {
    private let hello = ChatRequest(messages: [.user("你好，世界")])

    private static func reply(_ text: String) -> ChatReply {
        ChatReply(choices: [.init(index: 0, text: text, finishReason: .stop)])
    }

    @Test func unary() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, request) = try connection.request(ChatRequest.self)
            guard request.messages == [.user("你好，世界")], !request.stream else {
                throw FakeConnection.Unexpected(description: "another request: \(request)")
            }
            try connection.send(.head, stream, ReplyHead(requestID: "r1", model: "small"))
            try connection.end(stream, Self.reply("早上好 👋"))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let answer = try await client.chat(hello)
        #expect(answer.text == "早上好 👋")
        #expect(answer.choices[0].finishReason == .stop)
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func streamThenReplyAndHead() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, request) = try connection.request(ChatRequest.self)
            guard request.stream else { throw FakeConnection.Unexpected(description: "not a stream") }
            try connection.send(.head, stream, ReplyHead(requestID: "r1", queuePosition: 3))
            try connection.send(.head, stream, ReplyHead(model: "small"))
            for text in ["巴", "黎", "！"] { try connection.send(.data, stream, ChatChunk(text: text)) }
            try connection.end(stream, ChatReply(choices: [], usage: Usage(outputTokens: 3)))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let stream = try await client.streamChat(hello)
        var text = ""
        for try await chunk in stream { text += chunk.text ?? "" }
        #expect(text == "巴黎！")
        #expect(try await stream.reply.usage?.outputTokens == 3)
        #expect(await stream.head == ReplyHead(requestID: "r1", model: "small", queuePosition: 3))
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func errorsOfTheDaemonAreTyped() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            var error = GatewayError(.rateLimited, "太快了")
            error.retryAfter = .seconds(7)
            try connection.send(.end, stream, EndEnvelope(error: error))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let error = await #expect(throws: GatewayError.self) { try await client.chat(hello) }
        #expect(error?.reason == .rateLimited)
        #expect(error?.message == "太快了")
        #expect(error?.retryAfter == .seconds(7))
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func cancellingTheTaskSendsCancel() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let (seen, sight) = AsyncStream.makeStream(of: Void.self)
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            arrival.yield()
            let cancelled = try connection.expect(.cancel)
            guard cancelled.stream == stream else { throw FakeConnection.Unexpected(description: "another stream") }
            try connection.send(.end, stream, EndEnvelope(error: GatewayError(.cancelled, "")))
            sight.yield()
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let task = Task { try await client.chat(hello) }
        for await _ in arrived { break }
        task.cancel()
        let error = await #expect(throws: GatewayError.self) { try await task.value }
        #expect(error?.reason == .cancelled)
        for await _ in seen { break }
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func releasingAStreamSendsCancel() async throws {
        let (seen, sight) = AsyncStream.makeStream(of: Void.self)
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            try connection.send(.data, stream, ChatChunk(text: "一"))
            _ = try connection.expect(.cancel)
            sight.yield()
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        do {
            for try await chunk in try await client.streamChat(hello) {
                #expect(chunk.text == "一")
                break
            }
        }
        for await _ in seen { break }
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func aRequestAboveTheLimitIsNotSent() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open(ConnectionLimits(maxMessage: 1000))
            let (stream, _) = try connection.request(ChatRequest.self)
            try connection.end(stream, Self.reply("小"))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let large = ChatRequest(messages: [.user(String(repeating: "长", count: 1000))])
        let error = await #expect(throws: GatewayError.self) { try await client.chat(large) }
        #expect(error?.reason == .messageTooLarge)
        #expect(error?.notProcessed == true)
        #expect(try await client.chat(hello).text == "小")
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func callsBeyondTheLimitWaitForTheirTurn() async throws {
        let daemon = FakeDaemon { connection in
            try connection.open(ConnectionLimits(maxStreams: 1))
            for _ in 1...5 {
                let (stream, request) = try connection.request(ChatRequest.self)
                guard case .text(let text)? = request.messages[0].content else {
                    throw FakeConnection.Unexpected(description: "no text")
                }
                try connection.end(stream, Self.reply("re: \(text)"))
            }
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...5 {
                group.addTask {
                    let reply = try await client.chat(ChatRequest(messages: [.user("№ \(number)")]))
                    return reply.text == "re: № \(number)"
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func creditIsGivenBackAsChunksAreTaken() async throws {
        let credit = 4096
        let daemon = FakeDaemon { connection in
            try connection.open(ConnectionLimits(initialCredit: UInt32(credit)))
            let (stream, _) = try connection.request(ChatRequest.self)
            var allowed = credit
            var number = 0
            while number < 100 {
                let chunk = ChatChunk(text: String(repeating: "字", count: 300)).encode(with: MessageCodec())
                while allowed < chunk.count {
                    let amount = try connection.expect(.credit).payload
                    allowed += amount.reduce(0) { $0 << 8 | Int($1) }
                }
                allowed -= chunk.count
                try connection.send(.data, stream, chunk)
                number += 1
            }
            try connection.end(stream, ChatReply(choices: []))
        }
        let client = GatewayClient(socketPath: daemon.path)
        var chunks = 0
        for try await chunk in try await client.streamChat(hello) {
            #expect(chunk.text?.count == 300)
            chunks += 1
        }
        #expect(chunks == 100)
        await client.close()
        #expect(daemon.failures == [])
    }
}
