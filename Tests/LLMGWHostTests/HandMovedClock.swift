import LLMGWCore
import Synchronization

/// A scheduler whose time is moved by hand. What is submitted runs at the next move.
@GatewayLoop
final class HandMovedClock: LoopScheduler {
    private struct Timer {
        let number: Int
        let deadline: MonotonicInstant
        let action: @GatewayLoop () -> Void
    }

    private struct Handle: ScheduledAction {
        let clock: HandMovedClock
        let number: Int
        func cancel() { clock.timers.removeAll { $0.number == number } }
    }

    private(set) var now = MonotonicInstant(nanoseconds: 5_000_000_000)
    private var timers: [Timer] = []
    private var counter = 0
    private nonisolated let submitted = Mutex<[@GatewayLoop () -> Void]>([])

    nonisolated init() {}

    func schedule(at deadline: MonotonicInstant, _ action: @escaping @GatewayLoop () -> Void) -> any ScheduledAction {
        counter += 1
        timers.append(Timer(number: counter, deadline: deadline, action: action))
        return Handle(clock: self, number: counter)
    }

    nonisolated func submit(_ action: @escaping @GatewayLoop () -> Void) {
        submitted.withLock { $0.append(action) }
    }

    /// Lets time pass. Timers fire in order, each at its own moment.
    func advance(by duration: Duration) {
        for action in submitted.withLock({ $0 }) { action() }
        submitted.withLock { $0 = [] }
        let end = now + duration
        while let next = timers.filter({ $0.deadline <= end }).min(by: { $0.deadline < $1.deadline }) {
            timers.removeAll { $0.number == next.number }
            now = max(now, next.deadline)
            next.action()
        }
        now = end
    }
}
