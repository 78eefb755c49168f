public import LLMGWCore
internal import LLMGWJSON

/// One attempt: a request on its way to an upstream, and its answer on the way back.
///
/// It owns the one transition that ends the attempt: whatever comes first of the answer, a failure, a clock or `cancel` counts, and the rest is ignored.
@GatewayLoop
public final class UpstreamExchange {
    private static let bodyLimit = 64 << 20
    private static let errorBodyLimit = 64 << 10

    private let operation: UpstreamOperation
    private let provider: ProviderSettings
    private let dialect: any Dialect
    private let driver: any HTTPTransport
    private let scheduler: any LoopScheduler
    private let wallClock: @Sendable () -> UnixTime
    private weak var receiver: (any UpstreamReceiver)?
    private let started: MonotonicInstant
    private var clocks: ExchangeClocks
    private var timer: (any ScheduledAction)?
    private var timerAt: MonotonicInstant?
    private var transfer: TransferID?
    private var permit: SendPermit?
    /// Status and headers of the answer, once they are there. Upstreams tell the state of their limits in them, also when they refuse.
    public private(set) var head: HTTPHead?
    private var body: [UInt8] = []
    private var parser = ServerSentEventParser()
    private var decoder: any StreamDecoder
    private var firstContent: MonotonicInstant?
    private var hasConnected = false
    private var isPaused = false
    /// The receiver has heard the end.
    private var isSettled = false

    init(
        _ operation: UpstreamOperation, provider: ProviderSettings, dialect: any Dialect, deadline: MonotonicInstant,
        receiver: any UpstreamReceiver, driver: any HTTPTransport, scheduler: any LoopScheduler,
        wallClock: @escaping @Sendable () -> UnixTime
    ) {
        self.operation = operation
        self.provider = provider
        self.dialect = dialect
        self.receiver = receiver
        self.driver = driver
        self.scheduler = scheduler
        self.wallClock = wallClock
        self.started = scheduler.now
        self.decoder = dialect.makeStreamDecoder(for: operation)
        self.clocks = ExchangeClocks(
            timeouts: provider.timeouts, isStream: operation.isStream, started: started, deadline: deadline)
    }

    func begin(_ request: HTTPRequest) {
        permit = request.permit
        transfer = driver.start(request) { [self] events in handle(events) }
        rearm()
    }

    /// Stops reading the answer until `resume`. What was read before still comes.
    public func pause() {
        guard !isSettled, let transfer else { return }
        isPaused = true
        clocks.paused()
        driver.pause(transfer)
        rearm()
    }

    public func resume() {
        guard !isSettled, let transfer else { return }
        isPaused = false
        clocks.resumed(now: scheduler.now)
        driver.resume(transfer)
        rearm()
    }

    /// Drops the attempt and its connection. The receiver hears nothing more. True if nothing of the request has left the host, nor will.
    @discardableResult
    public func cancel() -> Bool {
        let isUnsent = isUnsent
        isSettled = true
        drop()
        return isUnsent
    }

    // MARK: Events of the transfer

    private func handle(_ events: [HTTPEvent]) {
        for event in events where transfer != nil {
            switch event {
            case .connected:
                hasConnected = true
                clocks.connected(now: scheduler.now)
                if !isSettled { receiver?.upstreamConnected() }
            case .head(var head):
                head.received = wallClock()
                self.head = head
                if !isSettled { receiver?.upstreamAnswered(head) }
            case .body(let bytes): if !isSettled { receive(bytes) }
            case .finished(let failure): ended(failure)
            }
        }
        rearm()
    }

    private var isStreaming: Bool { operation.isStream && head?.status == 200 }

    private func receive(_ bytes: [UInt8]) {
        guard isStreaming else {
            noteContent()
            let limit = head?.status == 200 ? Self.bodyLimit : Self.errorBodyLimit
            if body.count + bytes.count <= limit {
                body.append(contentsOf: bytes)
            } else if let status = head?.status, status != 200 {
                // What it failed at is known; the rest of its words could go on for ever.
                fail(upstreamError(status: status, UpstreamErrorBody(body) ?? UpstreamErrorBody()))
            } else {
                fail(.malformedAnswer("is larger than \(Self.bodyLimit >> 20) MiB"))
            }
            return
        }
        do throws(ServerSentEventParser.LineTooLong) {
            var events: [ServerSentEventParser.Event] = []
            try parser.parse(bytes) { events.append($0) }
            for event in events where !isSettled { receive(event) }
        } catch {
            fail(.malformedAnswer("has a line above \(ServerSentEventParser.lineLimit >> 20) MiB"))
        }
    }

    private func receive(_ event: ServerSentEventParser.Event) {
        do throws(GatewayError) {
            for output in try decoder.decode(event.data) {
                switch output {
                case .chat(let chunk):
                    noteContent()
                    receiver?.upstreamReceived(chunk)
                case .complete(let chunk):
                    noteContent()
                    receiver?.upstreamReceived(chunk)
                case .nothing: break
                case .done: complete(decoder.answer)
                case .failure(let body): fail(upstreamError(status: 200, body))
                }
                // The receiver may have cancelled.
                if isSettled { return }
            }
        } catch {
            fail(error)
        }
    }

    private func noteContent() {
        let now = scheduler.now
        if firstContent == nil { firstContent = now }
        clocks.content(now: now)
    }

    private func ended(_ failure: TransportFailure?) {
        transfer = nil
        clocks.finished()
        guard !isSettled else { return }
        if let failure { return settle(.failure(GatewayError(failure))) }
        guard let head else { return settle(.failure(.malformedAnswer("has no status"))) }
        guard head.status == 200 else {
            let body = UpstreamErrorBody(body) ?? UpstreamErrorBody()
            return settle(.failure(upstreamError(status: head.status, body)))
        }
        isStreaming ? endStream() : endWhole()
    }

    private func endStream() {
        do throws(ServerSentEventParser.LineTooLong) {
            var events: [ServerSentEventParser.Event] = []
            try parser.finish { events.append($0) }
            for event in events where !isSettled { receive(event) }
        } catch {
            return settle(.failure(.malformedAnswer("has a line above the limit")))
        }
        guard !isSettled else { return }
        if let body = UpstreamErrorBody(parser.foreign) { return settle(.failure(upstreamError(status: 200, body))) }
        if firstContent == nil, !parser.foreign.isEmpty {
            return settle(.failure(.malformedAnswer("is not an event stream")))
        }
        settle(
            .failure(
                GatewayError(.streamTruncated, "the upstream's stream ended without its end mark \(dialect.endMark)")))
    }

    private func endWhole() {
        do throws(GatewayError) {
            let json = try JSONView(answer: body)
            if let error = UpstreamErrorBody(json) { throw upstreamError(status: 200, error) }
            complete(try dialect.decode(json, for: operation))
        } catch {
            settle(.failure(error))
        }
    }

    private func upstreamError(status: Int, _ body: UpstreamErrorBody) -> GatewayError {
        dialect.error(status: status, body, head: head, provider: provider)
    }

    // MARK: Ends

    private func complete(_ body: UpstreamAnswer.Body) {
        let now = scheduler.now
        var id: String?
        switch body {
        case .chat(let reply): id = reply.info.upstreamID
        case .complete(let reply): id = reply.info.upstreamID
        case .embed, .models: break
        }
        clocks.completed(now: now)
        settle(
            .success(
                UpstreamAnswer(
                    body: body, firstContent: firstContent.map { $0 - started }, upstreamTime: now - started,
                    upstreamID: id ?? head?[dialect.requestIDHeader])))
    }

    /// Ends the attempt although the transfer goes on.
    private func fail(_ error: GatewayError) {
        drop()
        settle(.failure(error))
    }

    private func settle(_ result: Result<UpstreamAnswer, GatewayError>) {
        guard !isSettled else { return }
        isSettled = true
        // Nobody will resume it any more, and what is left is needed to end the transfer and keep its connection.
        if isPaused, let transfer { driver.resume(transfer) }
        rearm()
        receiver?.upstreamFinished(result)
    }

    private func drop() {
        if let transfer { driver.cancel(transfer) }
        transfer = nil
        clocks.finished()
        timer?.cancel()
        timer = nil
        timerAt = nil
    }

    // MARK: Clocks

    /// Keeps one timer. One that is set for an earlier moment than needed is left alone: it costs less to let it come and look again
    /// than to move it with every chunk.
    private func rearm() {
        guard transfer != nil, let next = clocks.next else {
            timer?.cancel()
            timer = nil
            timerAt = nil
            return
        }
        if let timerAt, timerAt <= next.at { return }
        timer?.cancel()
        timerAt = next.at
        timer = scheduler.schedule(at: next.at) { [weak self] in self?.timerFired() }
    }

    private func timerFired() {
        timer = nil
        timerAt = nil
        guard let expiry = clocks.expired(now: scheduler.now) else { return rearm() }
        let timeouts = provider.timeouts
        switch expiry {
        case .connect: fail(timeout(.timeoutConnect, "no connection within \(timeouts.connect)"))
        case .firstToken: fail(timeout(.timeoutFirstToken, "no content within \(timeouts.firstToken)"))
        case .idle: fail(timeout(.timeoutIdle, "no further content within \(timeouts.idle)"))
        case .total: fail(timeout(.timeoutTotal, "no complete answer within \(timeouts.total)"))
        case .drain: drop()
        case .deadline: fail(timeout(.deadlineExceeded, "the request's time ran out"))
        }
    }

    /// Asked when the attempt is given up. The connection may be there, and the request on its way, although the news of it is not here yet.
    private var isUnsent: Bool { !hasConnected && permit?.revoke() == true }

    private func timeout(_ reason: ErrorReason, _ message: String) -> GatewayError {
        var error = GatewayError(reason, message)
        error.notProcessed = isUnsent
        error.retry = error.notProcessed ? .safe : .ambiguous
        return error
    }
}

extension GatewayError {
    /// What a failed transfer means for the caller.
    init(_ failure: TransportFailure) {
        let reason: ErrorReason =
            switch failure.kind {
            case .resolve: .dnsFailed
            case .connect: .connectFailed
            case .connectTimeout: .timeoutConnect
            case .tls: .tlsFailed
            case .tlsVerification: .tlsVerificationFailed
            case .lost: .connectionLost
            case .truncated: .streamTruncated
            case .malformed: .upstreamProtocolError
            case .shortage: .outOfResources
            case .setup: .internalError
            }
        self.init(reason, failure.detail)
        notProcessed = !failure.sent
        if notProcessed, retry == .ambiguous { retry = .safe }
    }
}
