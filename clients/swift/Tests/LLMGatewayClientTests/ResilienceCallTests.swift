import Dispatch
import LLMGWWire
import LLMGatewayClient
import Testing

/// What the client asks and reads of failures and how they are dealt with.
@Suite struct ResilienceCallTests {
    /// The daemon answers one request with `reply`, after it was found to be `expected`. Returns what the program got by asking.
    private func exchange<Request: WireMessage & Equatable & Sendable, Reply: WireMessage & Sendable, Result: Sendable>(
        _ expected: Request, _ reply: Reply, _ ask: (GatewayClient) async throws -> Result
    ) async throws -> Result {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, request) = try connection.request(Request.self)
            guard request == expected else {
                throw FakeConnection.Unexpected(description: "another request: \(request)")
            }
            try connection.end(stream, reply)
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let result = try await ask(client)
        await client.close()
        #expect(daemon.failures == [])
        return result
    }

    @Test func lists() async throws {
        let deployment = DeploymentStatus(
            model: "模型", name: "a", provider: "p", upstreamModel: "u", state: .gated, breaker: .closed,
            gated: .seconds(3))
        let deployments = try await exchange(EmptyRequest(), DeploymentList(deployments: [deployment])) {
            try await $0.listDeployments()
        }
        #expect(deployments == [deployment])
        let breaker = BreakerStatus(scope: "provider/p", state: .open, remaining: .seconds(15))
        let breakers = try await exchange(EmptyRequest(), BreakerList(breakers: [breaker])) {
            try await $0.listBreakers()
        }
        #expect(breakers == [breaker])
        let alert = AlertStatus(
            name: "慢", severity: .warning, state: .firing, metric: "success rate", subject: "model/模型", value: 0.5,
            threshold: 0.9, since: .seconds(1))
        let alerts = try await exchange(EmptyRequest(), AlertList(alerts: [alert])) {
            try await $0.listAlerts()
        }
        #expect(alerts == [alert])
    }

    @Test(arguments: [true, false])
    func setBreaker(found: Bool) async throws {
        let command = BreakerCommand(
            scope: "deployment/模型/a", action: .forceOpen, reason: "维护", ttl: .seconds(600))
        let outcome = try await exchange(command, SetBreakerOutcome(found: found)) {
            try await $0.setBreaker(command)
        }
        #expect(outcome == found)
    }

    @Test func explain() async throws {
        let trace = RequestTrace(
            requestID: "r1", operation: "Chat", model: "模型", uid: 7, age: .seconds(1),
            steps: [TraceStep(at: .zero, model: "模型", deployment: "a", decision: .attempt, reason: .overloaded)])
        let known = try await exchange(TraceTarget(requestID: "r1"), TraceOutcome(trace: trace)) {
            try await $0.explain("r1")
        }
        #expect(known == trace)
        let unknown = try await exchange(TraceTarget(requestID: "r2"), TraceOutcome(trace: nil)) {
            try await $0.explain("r2")
        }
        #expect(unknown == nil)
    }

    @Test func testResultsComeOneByOne() async throws {
        let results = [
            ModelTestResult(model: "模型", deployment: "a", provider: "p", duration: .milliseconds(5)),
            ModelTestResult(
                model: "模型", deployment: "b", provider: "q", error: GatewayError(.authentication, "密钥"),
                duration: .milliseconds(2)),
        ]
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, target) = try connection.request(ModelTestTarget.self)
            guard target.model == "模型" else { throw FakeConnection.Unexpected(description: "\(target)") }
            for result in results { try connection.send(.data, stream, result) }
            try connection.end(stream, ModelTestSummary(ok: 1, failed: 1))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let stream = try await client.testModels("模型")
        var seen: [ModelTestResult] = []
        for try await result in stream { seen.append(result) }
        #expect(seen == results)
        #expect(try await stream.reply == ModelTestSummary(ok: 1, failed: 1))
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test(arguments: [true, false, nil])
    func whetherToRepeatWhatMayHaveBeenProcessed(_ choice: Bool?) async throws {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, payload, _) = try connection.expect(.request)
            let options = try CallEnvelope.decode(payload, with: MessageCodec()).options
            guard options.retryAmbiguous == choice else {
                throw FakeConnection.Unexpected(description: "\(options)")
            }
            try connection.send(.head, stream, ReplyHead(attempt: 2))
            try connection.end(
                stream,
                ChatReply(
                    choices: [],
                    info: ReplyInfo(
                        attempts: 2, source: .fallback,
                        path: [
                            AttemptInfo(
                                model: "大", deployment: "a", provider: "p", reason: .overloaded, httpStatus: 529,
                                wait: .zero, duration: .milliseconds(3)),
                            AttemptInfo(
                                model: "小", deployment: "b", provider: "q", wait: .milliseconds(500),
                                duration: .seconds(1), firstToken: .milliseconds(200)),
                        ])))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let reply = try await client.chat(
            ChatRequest(messages: [.user("你好")]), options: CallOptions(retryAmbiguous: choice))
        #expect(reply.info.source == .fallback)
        #expect(reply.info.path.map(\.reason) == [.overloaded, nil])
        #expect(reply.info.path.last?.firstToken == .milliseconds(200))
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test("A program sees which attempt it waits for")
    func attempts() async throws {
        let seen = DispatchSemaphore(value: 0)
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, _) = try connection.request(ChatRequest.self)
            try connection.send(.head, stream, ReplyHead(requestID: "r1", provider: "p", attempt: 1))
            try connection.send(.head, stream, ReplyHead(provider: "q", attempt: 2))
            try connection.send(.data, stream, ChatChunk(text: "一"))
            // What is known of a call is forgotten with its end.
            guard seen.wait(timeout: .now() + .seconds(5)) == .success else {
                throw FakeConnection.Unexpected(description: "the program does not look")
            }
            try connection.end(stream, ChatReply(choices: []))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let stream = try await client.streamChat(ChatRequest(messages: [.user("你好")]))
        var chunks = stream.makeAsyncIterator()
        #expect(try await chunks.next()?.text == "一")
        let head = await stream.head
        #expect(head == ReplyHead(requestID: "r1", provider: "q", attempt: 2))
        seen.signal()
        #expect(try await chunks.next() == nil)
        await client.close()
        #expect(daemon.failures == [])
    }
}
