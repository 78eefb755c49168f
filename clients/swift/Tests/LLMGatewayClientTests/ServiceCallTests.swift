import LLMGWWire
import LLMGatewayClient
import Testing

/// What the client asks and reads of quota, cache and host, and what programs say of priority and cache.
@Suite struct ServiceCallTests {
    /// The daemon answers one request of `method` with `reply`, after it was found to be `expected`. Returns what the program got by asking.
    private func exchange<Request: WireMessage & Equatable & Sendable, Reply: WireMessage & Sendable, Result: Sendable>(
        _ method: Method, _ expected: Request, _ reply: Reply, _ ask: (GatewayClient) async throws -> Result
    ) async throws -> Result {
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, request) = try connection.request(Request.self, of: method)
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

    private let nothing = EmptyRequest()

    @Test func quota() async throws {
        let limit = LimitStatus(
            scope: "client/甲", kind: .tokensPerMinute, limit: 0, gate: .seconds(3), source: .learned)
        let limits = try await exchange(.listLimits, nothing, LimitList(limits: [limit])) { try await $0.listLimits() }
        #expect(limits == [limit])
        let queues = QueueReport(queues: [QueueStatus(client: "甲", priority: .batch)], waiting: 7, maxWaiting: 9)
        #expect(try await exchange(.listQueues, nothing, queues) { try await $0.listQueues() } == queues)
        let account = ClientAccount(name: "甲", uid: 1000, costs: [Cost(micros: 5, currency: "EUR")])
        let clients = try await exchange(.listClients, nothing, ClientList(clients: [account])) {
            try await $0.listClients()
        }
        #expect(clients == [account])
        let query = UsageReportQuery(by: [.day], from: UnixTime(milliseconds: 1), model: "大")
        let usage = UsageReport(rows: [UsageRow(day: "2026-11-21", cached: 3)], truncated: true)
        #expect(try await exchange(.getUsage, query, usage) { try await $0.usage(query) } == usage)
        let budget = BudgetStatus(scope: "client/甲", period: .day, state: .exhausted)
        let budgets = try await exchange(.listBudgets, nothing, BudgetList(budgets: [budget])) {
            try await $0.listBudgets()
        }
        #expect(budgets == [budget])
    }

    @Test func cache() async throws {
        let statistics = CacheStatistics(tiers: [CacheTierStatus(name: .disk, state: .failed, problem: "磁盘已满")])
        #expect(
            try await exchange(.getCacheStats, nothing, statistics) { try await $0.cacheStatistics() } == statistics)
        let removed = [CachePurgeCount(tier: .memory, entries: 3)]
        let purged = try await exchange(.purgeCache, CachePurge.tag("报告"), CachePurgeReport(removed: removed)) {
            try await $0.purgeCache(.tag("报告"))
        }
        #expect(purged == removed)
        let none = try await exchange(
            .getCacheEntry, CacheEntryQuery(key: "00ff"), CachedAnswerOutcome(answer: nil)
        ) { try await $0.cachedAnswer("00ff") }
        #expect(none == nil)
    }

    @Test("The stored reply is read as what it is the reply of")
    func cachedReplies() async throws {
        let chat = ChatReply(choices: [.init(index: 0, text: "天很蓝")])
        var answer = CachedAnswer(key: "00ff", operation: "Chat", reply: chat.encode(with: MessageCodec()))
        let query = CacheEntryQuery(key: "00ff", withReply: true)
        let got = try await exchange(.getCacheEntry, query, CachedAnswerOutcome(answer: answer)) {
            try await $0.cachedAnswer("00ff", withReply: true)
        }
        #expect(got == answer)
        guard case .chat(let reply)? = try got?.cachedReply() else {
            Issue.record("\(String(describing: got))")
            return
        }
        #expect(reply == chat)
        answer.operation = "Later"
        #expect(throws: GatewayError.self) { try answer.cachedReply() }
        answer.reply = nil
        #expect(try answer.cachedReply() == nil)
    }

    @Test func host() async throws {
        let report = ReloadReport(problems: [SettingProblem(file: "/etc/配置.toml", line: 7, message: "错")])
        let command = ReloadCommand(dryRun: true)
        #expect(try await exchange(.reload, command, report) { try await $0.reload(command) } == report)
        let drain = DrainReport(inFlight: 3, grace: .seconds(5))
        #expect(
            try await exchange(.drain, DrainCommand(grace: .seconds(5)), drain) {
                try await $0.drain(DrainCommand(grace: .seconds(5)))
            } == drain)
        let upgrade = UpgradeReport(done: true, pid: 7, version: "新", inFlight: 3, grace: .seconds(5))
        #expect(
            try await exchange(.upgrade, UpgradeCommand(timeout: .seconds(5)), upgrade) {
                try await $0.upgrade(UpgradeCommand(timeout: .seconds(5)))
            } == upgrade)
        let slow = SlowRequestReport(requests: [RequestRecord(model: "大", reason: .overloaded)])
        #expect(
            try await exchange(.listSlowRequests, SlowRequestQuery(max: 5), slow) {
                try await $0.slowRequests(max: 5)
            } == slow)
        let latency = LatencyReport(rows: [LatencyRow(name: "大", span: .total, count: 1, p50: .zero)])
        #expect(
            try await exchange(.getLatency, LatencyQuery(by: .provider), latency) {
                try await $0.latencies(by: .provider)
            } == latency)
        let metrics = MetricsText(contentType: "text/plain", text: "llmgw_up 1\n")
        #expect(
            try await exchange(.getMetrics, MetricsQuery(format: .openmetrics), metrics) {
                try await $0.metrics(.openmetrics)
            } == metrics)
    }

    @Test func pauses() async throws {
        let command = PauseCommand(scope: "model/大", reason: "维护", ttl: .seconds(5), refuse: true)
        let pause = PauseStatus(scope: "model/大", by: "uid 0", reason: "维护")
        #expect(
            try await exchange(.pause, command, PauseOutcome(found: true, pauses: [pause])) {
                try await $0.pause(command)
            } == [pause])
        #expect(
            try await exchange(.pause, command, PauseOutcome(found: false)) { try await $0.pause(command) } == nil)
        let resume = ResumeCommand(scope: "model/大")
        #expect(try await exchange(.resume, resume, ResumeOutcome(found: true)) { try await $0.resume(resume) } == [])
        #expect(try await exchange(.resume, resume, ResumeOutcome()) { try await $0.resume(resume) } == nil)
    }

    @Test func eventsComeOneByOne() async throws {
        let events = [
            GatewayEvent(
                sequence: 1, time: UnixTime(milliseconds: 5), kind: .breaker, severity: .warning, message: "打开"),
            GatewayEvent(sequence: 9, time: UnixTime(milliseconds: 6), kind: .alert, severity: .info, dropped: 7),
        ]
        let filter = EventFilter(minSeverity: .info, model: "大")
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, asked) = try connection.request(EventFilter.self, of: .watchEvents)
            guard asked == filter else { throw FakeConnection.Unexpected(description: "\(asked)") }
            try connection.send(.head, stream, ReplyHead(requestID: "r1"))
            for event in events { try connection.send(.data, stream, event) }
            try connection.end(stream, EventSummary(delivered: 2, dropped: 7))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let stream = try await client.watchEvents(filter)
        var seen: [GatewayEvent] = []
        for try await event in stream { seen.append(event) }
        #expect(seen == events)
        #expect(try await stream.reply == EventSummary(delivered: 2, dropped: 7))
        await client.close()
        #expect(daemon.failures == [])
    }

    @Test func priorityAndCache() async throws {
        let options = CallOptions(
            priority: .batch, cache: CacheControl(mode: .writeOnly, ttl: .seconds(60), tags: ["报告"]))
        let info = ReplyInfo(
            cost: Cost(micros: 12, currency: "EUR"), cache: .hit, cacheAge: .seconds(3), cacheKey: "00ff",
            usageSource: .cache)
        let daemon = FakeDaemon { connection in
            try connection.open()
            let (stream, payload, _) = try connection.expect(.request)
            let sent = try CallEnvelope.decode(payload, with: MessageCodec()).options
            guard sent == options else { throw FakeConnection.Unexpected(description: "\(sent)") }
            try connection.end(stream, ChatReply(choices: [], info: info))
            try connection.expectEnd()
        }
        let client = GatewayClient(socketPath: daemon.path)
        let reply = try await client.chat(ChatRequest(messages: [.user("你好")]), options: options)
        #expect(reply.info == info)
        await client.close()
        #expect(daemon.failures == [])
    }
}
