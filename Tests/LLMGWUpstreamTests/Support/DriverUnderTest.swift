import LLMGWCore
import Testing

@testable import LLMGWUpstream

/// A driver with its thread, and transfers whose events can be awaited.
struct DriverUnderTest: Sendable {
    let driver: CurlDriver

    /// Runs `body`, and ends the driver's thread whatever happens.
    static func run(_ body: (DriverUnderTest) async throws -> Void) async throws {
        // In the order of the calls, which separate tasks would not keep.
        let (actions, queue) = AsyncStream.makeStream(of: (@GatewayLoop () -> Void).self)
        let loop = Task { @GatewayLoop in for await action in actions { action() } }
        let test = DriverUnderTest(driver: try CurlDriver { _ = queue.yield($0) })
        let result: Result<Void, any Error>
        do { result = .success(try await body(test)) } catch { result = .failure(error) }
        await test.driver.shutdown()
        queue.finish()
        await loop.value
        try result.get()
    }

    func start(_ request: HTTPRequest) -> Transfer {
        let (events, continuation) = AsyncStream.makeStream(of: HTTPEvent.self)
        let id = driver.start(request) { batch in
            for event in batch {
                continuation.yield(event)
                if case .finished = event { continuation.finish() }
            }
        }
        return Transfer(id: id, events: events.makeAsyncIterator())
    }

    func get(_ url: String) -> Transfer { start(HTTPRequest(method: .get, url: url, headers: [])) }

    func post(_ url: String, _ body: [UInt8] = Array("{}".utf8)) -> Transfer {
        start(HTTPRequest(method: .post, url: url, headers: ["Content-Type: application/json"], body: body))
    }
}

/// What became of one request.
struct Transfer {
    let id: TransferID
    private var events: AsyncStream<HTTPEvent>.Iterator
    private(set) var isConnected = false
    private(set) var head: HTTPHead?
    private(set) var body: [UInt8] = []
    /// Nil until the end.
    private(set) var end: TransportFailure??

    init(id: TransferID, events: AsyncStream<HTTPEvent>.Iterator) {
        self.id = id
        self.events = events
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Waits for the next event. False after the last.
    @discardableResult
    mutating func next() async -> Bool {
        guard let event = await events.next() else { return false }
        switch event {
        case .connected:
            #expect(!isConnected && head == nil)
            isConnected = true
        case .head(let head):
            #expect(self.head == nil && end == nil)
            self.head = head
        case .body(let bytes):
            #expect(head != nil && end == nil)
            body += bytes
        case .finished(let failure): end = failure
        }
        return true
    }

    /// Waits for the end; nil is success.
    mutating func finish() async -> TransportFailure? {
        while await next() {}
        return end ?? TransportFailure(.setup, "the events ended without an end", sent: false)
    }
}
