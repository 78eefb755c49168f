import LLMGWCore
import LLMGWJSON
import LLMGWUpstream
import Logging

/// What a webhook is told.
struct AlertMessage: Sendable {
    var alert: String
    var state: String
    var severity: String
    var metric: String
    var subject: String
    /// "day" or "month", of a budget.
    var period: String?
    var value: Double
    var threshold: Double

    fileprivate var json: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object {
            for (key, text) in [
                ("alert", alert), ("state", state), ("severity", severity), ("metric", metric), ("subject", subject),
            ] {
                $0.key(text: key)
                $0.string(text)
            }
            if let period {
                $0.key("period")
                $0.string(period)
            }
            $0.key("value")
            $0.double(value)
            $0.key("threshold")
            $0.double(threshold)
        }
        return writer.bytes
    }
}

/// POSTs alerts, those to one URL one after the other, and never makes anything else wait.
@GatewayLoop
final class WebhookSender {
    private static let maxQueue = 100
    private static let tries = 4
    private static let timeout = Duration.seconds(10)

    private let transport: any HTTPTransport
    private let scheduler: any LoopScheduler
    private let logger: Logger
    /// What waits for the delivery before it, by URL; nothing where none is under way.
    private var waiting: [Secret: [AlertMessage]] = [:]

    init(transport: any HTTPTransport, scheduler: any LoopScheduler, logger: Logger) {
        self.transport = transport
        self.scheduler = scheduler
        self.logger = logger
    }

    func send(_ message: AlertMessage, to url: Secret) {
        guard let before = waiting[url] else {
            waiting[url] = []
            return attempt(1, message, url)
        }
        guard before.count < Self.maxQueue else {
            logger.error("too many webhooks wait; this one is dropped", metadata: ["llmgw-alert": "\(message.alert)"])
            return
        }
        waiting[url]?.append(message)
    }

    private func sendNext(to url: Secret) {
        guard let next = waiting[url]?.first else {
            waiting[url] = nil
            return
        }
        waiting[url]?.removeFirst()
        attempt(1, next, url)
    }

    private func attempt(_ number: Int, _ message: AlertMessage, _ url: Secret) {
        let delivery = WebhookDelivery { [self] problem in
            guard let problem else { return sendNext(to: url) }
            guard number < Self.tries else {
                // The URL can be a secret.
                logger.error(
                    "a webhook could not be delivered",
                    metadata: ["llmgw-alert": "\(message.alert)", "llmgw-problem": "\(problem)"])
                return sendNext(to: url)
            }
            _ = scheduler.schedule(at: scheduler.now + .seconds(1 << (number - 1))) { [self] in
                attempt(number + 1, message, url)
            }
        }
        let request = HTTPRequest(
            method: .post, url: url.reveal(), headers: ["Content-Type: application/json"], body: message.json)
        let transfer = transport.start(request) { delivery.note($0) }
        let timer = scheduler.schedule(at: scheduler.now + Self.timeout) { [transport] in
            transport.cancel(transfer)
            delivery.end("no answer within \(Self.timeout.components.seconds) s")
        }
        delivery.onEnd = { timer.cancel() }
    }
}

/// One POST until its end.
@GatewayLoop
private final class WebhookDelivery {
    var onEnd: (@GatewayLoop () -> Void)?
    private var done: (@GatewayLoop (String?) -> Void)?
    private var status: Int?

    init(_ done: @escaping @GatewayLoop (_ problem: String?) -> Void) {
        self.done = done
    }

    func note(_ events: [HTTPEvent]) {
        for event in events {
            switch event {
            case .connected, .body: break
            case .head(let head): status = head.status
            case .finished(let failure?): end(failure.detail)
            case .finished(nil):
                let status = status ?? 0
                end((200..<300).contains(status) ? nil : "HTTP \(status)")
            }
        }
    }

    /// The first end counts.
    func end(_ problem: String?) {
        onEnd?()
        onEnd = nil
        let done = done
        self.done = nil
        done?(problem)
    }
}
