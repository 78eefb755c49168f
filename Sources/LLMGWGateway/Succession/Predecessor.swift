import Glibc
public import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
public import LLMGWTransport

/// The daemon that this one succeeds: it goes on until this one serves, and hands over what it has granted.
///
/// Joined, then serving, which is told once. It may end at any moment: before it has handed over, nothing is taken and this daemon has to end, too;
/// after that this one is in charge, and what the other one has not settled stays as it was reserved.
@GatewayLoop
public final class Predecessor {
    private let lines: LineChannel
    private var messages: [SuccessionMessage] = []
    private var waiting: CheckedContinuation<Void, Never>?
    private var hasEnded = false
    private var quota: InheritedQuota?
    private var usageBook: UsageBook?

    private init(_ lines: LineChannel) {
        self.lines = lines
    }

    /// Tells it that the configuration is read, and waits until it has let go of its files.
    public static func join(_ descriptor: CInt, _ eventLoop: GatewayEventLoop) async throws -> Predecessor {
        let predecessor = Predecessor(try await LineChannel.adopt(descriptor, on: eventLoop.group))
        predecessor.start()
        predecessor.lines.send(SuccessionMessage.prepared(version: Version.current).encoded)
        while !predecessor.messages.contains(.take) {
            guard !predecessor.hasEnded else {
                throw GatewayError(.draining, "the daemon that this one was to succeed has not handed over")
            }
            await predecessor.news()
        }
        return predecessor
    }

    /// For a daemon that cannot even join: says why, where it may be the first and the last that is said.
    public nonisolated static func refuse(_ descriptor: CInt, _ problems: [String]) {
        let line = SuccessionMessage.refused(problems).encoded + [UInt8(ascii: "\n")]
        // Should nobody hear it, the end of this process says the same.
        _ = write(descriptor, line, line.count)
    }

    /// This daemon cannot take over after all.
    public func refuse(_ problem: String) async {
        lines.send(SuccessionMessage.refused([problem]).encoded)
        await lines.finish()
    }

    /// Takes what it has granted into account, before anything is granted here.
    func handOver(to state: GatewayState) {
        let quota = InheritedQuota(desk: state.desk)
        self.quota = quota
        usageBook = state.usageBook
        let now = state.scheduler.now
        for case .pause(let pause) in messages {
            state.pauses.pause(
                PauseBook.Order(
                    scope: pause.scope, actor: pause.actor, reason: pause.reason, until: pause.left.map { now + $0 },
                    refuses: pause.refuses))
        }
        let heard = messages
        messages = []
        for message in heard { handle(message) }
        if hasEnded { quota.closed() }
    }

    /// This daemon serves. Returns when the service manager knows that.
    func serving() async {
        lines.send(SuccessionMessage.ready.encoded)
        while !messages.contains(.go), !hasEnded { await news() }
        messages = []
    }

    private func start() {
        lines.onLine = { [weak self] line in
            if let message = SuccessionMessage(line) { self?.heard(message) }
        }
        lines.onEnd = { [weak self] in
            self?.hasEnded = true
            self?.quota?.closed()
            self?.wake()
        }
        lines.start()
    }

    private func heard(_ message: SuccessionMessage) {
        if quota == nil || message == .go {
            messages.append(message)
            wake()
        } else {
            handle(message)
        }
    }

    private func handle(_ message: SuccessionMessage) {
        guard let quota else { return }
        switch message {
        case .reservation(let reservation): quota.take(reservation)
        case .spending(let spending): quota.take(spending)
        case .ask(let reservations, let spending):
            guard let number = reservations.first?.number else { return }
            lines.send((quota.wait(for: reservations, spending) ?? .granted(number)).encoded)
        case .dispatched(let number): quota.dispatched(number)
        case .settle(let number, let settlement): quota.settle(number, settlement)
        case .spent(let number, let scopes, let costs): quota.spent(number, scopes, costs)
        case .usage(let record):
            usageBook?.keep(record)
            if let cost = record.cost { usageBook?.addToday([cost.currency: cost.micros]) }
        case .pause, .take, .go: break  // They were heeded before, or are by `serving`.
        case .prepared, .ready, .refused, .granted, .wait, .denied: break  // It is not for a predecessor to say that.
        }
    }

    private func news() async { await withCheckedContinuation { waiting = $0 } }

    private func wake() {
        waiting?.resume()
        waiting = nil
    }
}
