public import LLMGWCore
import Synchronization

/// A scheduler whose time is moved by hand.
@GatewayLoop
public final class ManualScheduler: LoopScheduler {
    private struct Timer {
        let number: Int
        let deadline: MonotonicInstant
        let action: @GatewayLoop () -> Void
    }

    private struct Handle: ScheduledAction {
        let scheduler: ManualScheduler
        let number: Int
        func cancel() { scheduler.timers.removeAll { $0.number == number } }
    }

    public private(set) var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    private var timers: [Timer] = []
    private var counter = 0
    private nonisolated let submitted = Mutex<[@GatewayLoop () -> Void]>([])

    public nonisolated init() {}

    public var timerCount: Int { timers.count }

    public func schedule(
        at deadline: MonotonicInstant, _ action: @escaping @GatewayLoop () -> Void
    ) -> any ScheduledAction {
        counter += 1
        timers.append(Timer(number: counter, deadline: deadline, action: action))
        return Handle(scheduler: self, number: counter)
    }

    public nonisolated func submit(_ action: @escaping @GatewayLoop () -> Void) {
        submitted.withLock { $0.append(action) }
    }

    /// Runs what was submitted, and what that submits.
    public func runSubmitted() {
        while true {
            let actions = submitted.withLock { actions in
                defer { actions = [] }
                return actions
            }
            if actions.isEmpty { return }
            for action in actions { action() }
        }
    }

    /// Lets time pass. Timers fire in order, each at its own moment.
    public func advance(by duration: Duration) {
        let end = now + duration
        while let next = timers.filter({ $0.deadline <= end }).min(by: { $0.deadline < $1.deadline }) {
            timers.removeAll { $0.number == next.number }
            now = max(now, next.deadline)
            next.action()
        }
        now = end
    }
}
