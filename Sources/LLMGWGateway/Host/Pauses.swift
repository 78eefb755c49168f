import LLMGWCore
import LLMGWPolicy
import Logging

/// Holds requests back while an operator wants that. It outlives changes of the configuration.
///
/// What the cache knows is answered all the same: nothing is sent anywhere for it.
@GatewayLoop
final class Pauses {
    /// Rings when somebody who waits may go, or has to look again. Whoever waits for a deployment hears it too.
    let bell = Doorbell()
    private var book = PauseBook()
    private let scheduler: any LoopScheduler
    private let onChange: @GatewayLoop (Change) -> Void
    private var timer: (any ScheduledAction)?

    enum Change {
        case paused(PauseBook.Order, PauseStatus)
        case resumed(PauseBook.Order)
        case expired(PauseBook.Order)
    }

    /// `onChange` hears of every pause's begin and end.
    init(scheduler: any LoopScheduler, onChange: @escaping @GatewayLoop (Change) -> Void) {
        self.scheduler = scheduler
        self.onChange = onChange
    }

    var statuses: [PauseStatus] { book.current(now: scheduler.now).map(status) }
    var coversEverything: Bool { book.current(now: scheduler.now).contains { $0.scope == .all } }

    /// What another daemon goes on with.
    var handedOver: [SuccessionMessage] {
        book.current(now: scheduler.now).map { order in
            .pause(
                HandedPause(
                    scope: order.scope, actor: order.actor, reason: order.reason,
                    left: order.until.map { $0 - scheduler.now }, refuses: order.refuses))
        }
    }

    private func status(_ order: PauseBook.Order) -> PauseStatus {
        PauseStatus(
            scope: order.scope.description, by: order.actor, reason: order.reason,
            remaining: order.until.map { $0 - scheduler.now }, refuse: order.refuses)
    }

    func pause(_ order: PauseBook.Order) {
        book.pause(order)
        onChange(.paused(order, status(order)))
        orderChanged()
    }

    /// False where nothing of the kind was paused.
    func resume(_ scope: PauseScope?) -> Bool {
        let ended = book.resume(scope, now: scheduler.now)
        for order in ended { onChange(.resumed(order)) }
        orderChanged()
        return !ended.isEmpty
    }

    private func orderChanged() {
        timer?.cancel()
        timer = book.nextEnd.map { end in
            scheduler.schedule(at: end) { [weak self] in
                guard let self else { return }
                for order in book.expire(now: scheduler.now) { onChange(.expired(order)) }
                orderChanged()
            }
        }
        bell.ring()
    }

    // MARK: Requests

    func isHeld(_ subject: PauseBook.Subject) -> Bool { book.order(against: subject, now: scheduler.now) != nil }

    /// Until when nothing is sent to the provider; nil where it is not paused.
    func end(ofProvider name: String, now: MonotonicInstant) -> MonotonicInstant? {
        book.end(ofProvider: name, now: now)
    }

    /// Returns once the request may go: at once, or after a wait. Throws where it is refused, given up, or out of time. `onWait` is called before
    /// each wait for another order than the last one.
    func pass(
        _ subject: PauseBook.Subject, _ execution: Execution,
        onWait: @GatewayLoop (PauseBook.Order, _ left: Duration?) -> Void
    ) async throws(GatewayError) {
        let since = scheduler.now
        defer { execution.queueTime += scheduler.now - since }
        var last: PauseBook.Order?
        while let order = book.order(against: subject, now: scheduler.now) {
            guard !order.refuses else { throw refusal(order) }
            if order != last { onWait(order, order.until.map { $0 - scheduler.now }) }
            last = order
            execution.phase = .waiting
            try await execution.pause(until: min(order.end, execution.deadline), orRingOf: bell, scheduler)
            guard scheduler.now < execution.deadline else { throw .deadline(notProcessed: execution.attempts == 0) }
        }
    }

    private func refusal(_ order: PauseBook.Order) -> GatewayError {
        var error = GatewayError(
            .paused, "\(order.scope) is paused by \(order.actor)" + (order.reason.isEmpty ? "" : ": \(order.reason)"))
        error.notProcessed = true
        error.retryAfter = order.until.map { $0 - scheduler.now }
        return error
    }
}
