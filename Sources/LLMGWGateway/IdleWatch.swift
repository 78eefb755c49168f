import LLMGWCore

/// Notices that nobody has called for a while, for a daemon that is started when it is needed.
@GatewayLoop
final class IdleWatch {
    private let onIdle: @GatewayLoop () -> Void
    private let limit: Duration
    private let calls: CallTable
    private let scheduler: any LoopScheduler
    private var lastActivity: MonotonicInstant

    /// `onIdle` is called when that is so; never, if `limit` is zero.
    init(
        limit: Duration, calls: CallTable, scheduler: any LoopScheduler, onIdle: @escaping @GatewayLoop () -> Void
    ) {
        self.onIdle = onIdle
        self.limit = limit
        self.calls = calls
        self.scheduler = scheduler
        lastActivity = scheduler.now
    }

    func start() {
        guard limit > .zero else { return }
        lastActivity = scheduler.now
        watch()
    }

    /// Somebody has connected, or a call has ended.
    func noteActivity() { lastActivity = scheduler.now }

    private func watch() {
        // Calls that run are noted when they end; until then, looking again is cheap.
        let begin = calls.count > 0 ? scheduler.now : lastActivity
        _ = scheduler.schedule(at: begin + limit) { [weak self] in
            guard let self else { return }
            if calls.count == 0, scheduler.now >= lastActivity + limit { onIdle() } else { watch() }
        }
    }
}
