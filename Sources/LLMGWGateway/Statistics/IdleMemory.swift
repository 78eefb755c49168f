internal import CPlatform
import LLMGWCore

/// Gives memory back to the system once a load is over: the allocator would keep what a thousand streams needed.
@GatewayLoop
final class IdleMemory {
    /// Without calls for this long, the load is over. Giving back takes some milliseconds, which nobody waits for then.
    private static let delay = Duration.seconds(1)

    private let calls: CallTable
    private let scheduler: any LoopScheduler
    private var lastEnd: MonotonicInstant
    private var isWatching = false

    init(calls: CallTable, scheduler: any LoopScheduler) {
        self.calls = calls
        self.scheduler = scheduler
        self.lastEnd = scheduler.now
    }

    func callEnded() {
        guard calls.count == 0 else { return }
        lastEnd = scheduler.now
        watch()
    }

    private func watch() {
        guard !isWatching else { return }
        isWatching = true
        _ = scheduler.schedule(at: lastEnd + Self.delay) { [self] in
            isWatching = false
            // Calls that run now come back here when they end.
            guard calls.count == 0 else { return }
            if scheduler.now < lastEnd + Self.delay { watch() } else { cplatform_release_heap() }
        }
    }
}
