import Glibc
import LLMGWJSON
import NIOCore
import NIOHTTP1

/// One answer on its way to the client, with whatever goes wrong on purpose.
final class Answer {
    private let context: ChannelHandlerContext
    private let keepAlive: Bool
    private let simulator: Simulator
    /// Counted under this name, once set.
    var model: String?
    let dialect: Dialect
    private var format: (any AnswerFormat)?
    private var events: [() -> ServerSentEvent] = []
    private var next = 0
    private var interval = TimeAmount.zero
    private var ending = Ending.done
    private var hasComments = false
    private var isOver = false
    private var isWaiting = false

    private enum Ending {
        case done, withoutDone, stall, reset
    }

    init(context: ChannelHandlerContext, keepAlive: Bool, dialect: Dialect, simulator: Simulator) {
        self.context = context
        self.dialect = dialect
        self.keepAlive = keepAlive
        self.simulator = simulator
    }

    // MARK: Whole answers

    func send(_ status: Int, _ body: [UInt8], type: String = "application/json", headers: [(String, String)] = []) {
        writeHead(status, type, headers + [("content-length", String(body.count))])
        var buffer = context.channel.allocator.buffer(capacity: body.count)
        buffer.writeBytes(body)
        context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(buffer))), promise: nil)
        finish()
    }

    private func writeHead(_ status: Int, _ type: String, _ headers: [(String, String)]) {
        var fields = HTTPHeaders(headers)
        fields.add(name: "content-type", value: type)
        fields.add(name: "x-llmgw-simulated", value: "true")
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
        context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
    }

    private func finish() {
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: nil)
        if !keepAlive { context.close(promise: nil) }
        over(completed: true)
    }

    private func over(completed: Bool) {
        guard !isOver else { return }
        isOver = true
        if let model { simulator.end(model, completed: completed) }
    }

    func clientLeft() { over(completed: false) }

    // MARK: Completions

    func perform(_ request: CompletionRequest) {
        let fault = Fault(model: request.model, dialect: dialect)
        if let fault, fail(fault, isStream: request.isStream) { return }
        var latency = simulator.settings.latency
        var speed = simulator.settings.tokensPerSecond
        if case .slow(let milliseconds, let tokensPerSecond)? = fault {
            latency = .milliseconds(Int64(milliseconds))
            speed = tokensPerSecond
        }
        let (pieces, finish) = request.answer(outputTokens: simulator.settings.outputTokens, fault: fault)
        let id = "sim-\(String(AnswerText.hash(request.prompt), radix: 16))"
        let format: any AnswerFormat =
            switch dialect {
            case .openai: AnswerJSON(request: request, id: id)
            case .anthropic: MessageJSON(request: request, id: id)
            }
        after(latency) { [self] in
            if request.isStream {
                begin(format, pieces, finish, speed, fault)
            } else {
                send(200, format.whole(pieces: pieces, finish: finish, withUsage: fault != .usageMissing))
            }
        }
    }

    private func after(_ delay: TimeAmount, _ body: @escaping () -> Void) {
        guard delay > .zero else { return body() }
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            if !isOver { body() }
        }
    }

    private func begin(
        _ format: any AnswerFormat, _ pieces: [String], _ finish: Finish, _ speed: Int, _ fault: Fault?
    ) {
        self.format = format
        events = format.events(pieces: pieces, finish: finish, withUsage: fault != .usageMissing)
        let first = format.leadingEvents
        switch fault {
        case .stall: cut(first + 3, .stall)
        case .cut: cut(first + 3, .withoutDone)
        case .resetStream: cut(first + 3, .reset)
        case .noDone: ending = .withoutDone
        case .garbageStream:
            events.insert({ .data(Array("this is not JSON".utf8)) }, at: min(first + 2, events.count))
        case .errorInStream:
            cut(first + 2, .withoutDone)
            let body = dialect.error("simulated: overloaded", type: "overloaded_error", code: nil)
            events.append { .data(body, name: self.dialect == .anthropic ? "error" : nil) }
        case .pings: hasComments = true
        default: break
        }
        interval = speed > 0 ? .nanoseconds(Int64(1_000_000_000 / speed)) : .zero
        writeHead(200, "text/event-stream", [("cache-control", "no-cache")])
        goOn()
    }

    private func cut(_ count: Int, _ ending: Ending) {
        events = Array(events.prefix(count))
        self.ending = ending
    }

    /// Sends what may be sent now: all that the client takes, or one piece for each interval.
    func goOn() {
        guard !isOver, !events.isEmpty, !isWaiting else { return }
        while next < events.count {
            guard context.channel.isWritable else { return context.flush() }
            write(event: events[next]())
            next += 1
            if interval > .zero, next < events.count {
                context.flush()
                isWaiting = true
                return after(interval) { [self] in
                    isWaiting = false
                    goOn()
                }
            }
        }
        end()
    }

    private func write(event: ServerSentEvent) {
        var buffer = context.channel.allocator.buffer(capacity: 256)
        if hasComments, let ping = format?.ping { Self.write(ping, to: &buffer) }
        Self.write(event, to: &buffer)
        context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(buffer))), promise: nil)
    }

    private static func write(_ event: ServerSentEvent, to buffer: inout ByteBuffer) {
        switch event {
        case .comment(let text): buffer.writeString(": \(text)")
        case .data(let data, let name):
            if let name { buffer.writeString("event: \(name)\n") }
            buffer.writeString("data: ")
            buffer.writeBytes(data)
        }
        buffer.writeString("\n\n")
    }

    private func end() {
        switch ending {
        case .done:
            if let format { write(event: format.end) }
            finish()
        case .withoutDone: finish()
        case .stall: context.flush()
        case .reset:
            context.flush()
            reset()
        }
    }

    // MARK: Faults

    /// False if the fault lies in the answer itself.
    func fail(_ fault: Fault, isStream: Bool) -> Bool {
        switch fault {
        case .status(let status, let type, let code, let message, let headers):
            send(status, dialect.error(message, type: type, code: code), headers: headers)
        case .html502: send(502, Array("<html><body>502 Bad Gateway (simulated)</body></html>".utf8), type: "text/html")
        case .hang: break
        case .hangAfterHead:
            writeHead(200, isStream ? "text/event-stream" : "application/json", [])
            context.flush()
        case .close: context.close(promise: nil)
        case .reset: reset()
        case .garbage: send(200, Array("this is not JSON".utf8))
        case .errorInside: send(200, dialect.error("simulated: overloaded", type: "overloaded_error", code: nil))
        case .empty: send(200, [])
        case .stall, .cut, .noDone, .resetStream, .garbageStream, .errorInStream, .usageMissing, .filteredFinish,
            .pings, .slow,
            .big, .echo:
            return false
        }
        return true
    }

    /// Closes so that the client sees a reset instead of an end.
    private func reset() {
        guard let options = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        let context = NIOLoopBound(self.context, eventLoop: self.context.eventLoop)
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in context.value.close(promise: nil) }
    }
}
