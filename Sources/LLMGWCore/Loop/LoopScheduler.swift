/// The clock and the timers of the gateway loop, as code sees them that must not know about sockets.
///
/// Tests use one whose time they move by hand.
@GatewayLoop
public protocol LoopScheduler: AnyObject, Sendable {
    var now: MonotonicInstant { get }

    /// Runs `action` on the loop at `deadline` or directly after it, unless it is cancelled before.
    func schedule(at deadline: MonotonicInstant, _ action: @escaping @GatewayLoop () -> Void) -> any ScheduledAction

    /// Runs `action` on the loop, in the order of submission. From any thread.
    nonisolated func submit(_ action: @escaping @GatewayLoop () -> Void)
}

/// A timer that was set.
@GatewayLoop
public protocol ScheduledAction {
    /// Has no effect once the action has run.
    func cancel()
}
