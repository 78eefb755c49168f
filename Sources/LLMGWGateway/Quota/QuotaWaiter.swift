import LLMGWCore
import LLMGWPolicy

/// A request that waits to be admitted. Whoever ends the wait first decides; the others are ignored.
@GatewayLoop
final class QuotaWaiter {
    /// Another one once it goes on in another band.
    var ticket: WaitingTicket
    let lane: LaneID
    let mayStay: @GatewayLoop () -> Bool
    private var result: Result<AdmissionGrant?, GatewayError>?
    private var continuation: CheckedContinuation<Result<AdmissionGrant?, GatewayError>, Never>?

    init(_ ticket: WaitingTicket, lane: LaneID, mayStay: @escaping @GatewayLoop () -> Bool) {
        self.ticket = ticket
        self.lane = lane
        self.mayStay = mayStay
    }

    var isOver: Bool { result != nil }

    func end(_ result: Result<AdmissionGrant?, GatewayError>) {
        guard self.result == nil else { return }
        self.result = result
        continuation?.resume(returning: result)
        continuation = nil
    }

    func outcome() async -> Result<AdmissionGrant?, GatewayError> {
        if let result { return result }
        return await withCheckedContinuation { continuation = $0 }
    }
}

/// Tells who waits how it stands: often at first, and ever more rarely.
@GatewayLoop
final class QuotaNews {
    private static let first = Duration.seconds(1)
    private static let longest = Duration.seconds(30)

    private let scheduler: any LoopScheduler
    private let tell: @GatewayLoop () -> Void
    private var pause = QuotaNews.first
    private var timer: (any ScheduledAction)?

    init(_ scheduler: any LoopScheduler, _ tell: @escaping @GatewayLoop () -> Void) {
        self.scheduler = scheduler
        self.tell = tell
        arm()
    }

    func stop() { timer?.cancel() }

    private func arm() {
        timer = scheduler.schedule(at: scheduler.now + pause) { [weak self] in
            guard let self else { return }
            tell()
            pause = min(pause * 2, Self.longest)
            arm()
        }
    }
}

extension GatewayError {
    /// Why a request may not go to an upstream, nor wait for it.
    init(_ refusal: AdmissionRefusal) {
        switch refusal {
        case .tooLarge(let scope, let metric, let limit):
            self.init(.exceedsLimit, "the request alone is more than the \(limit) \(metric.name) of \(scope.name)")
        case .clientQueueFull(let limit):
            self.init(.queueFull, "no more than \(limit) requests of this client may wait (clients.NAME.max_queue)")
        case .queueFull(let limit):
            self.init(.queueFull, "no more than \(limit) requests may wait for the provider (providers.NAME.max_queue)")
        case .tooLate(let retryAfter):
            self.init(.gatewayQuotaExhausted, "the limits leave no room for the request before its time is up")
            self.retryAfter = retryAfter
        }
        notProcessed = true
    }
}
