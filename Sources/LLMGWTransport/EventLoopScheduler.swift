public import LLMGWCore
public import NIOCore

/// The gateway loop's clock and timers, on a NIO event loop. Its time is NIO's: CLOCK_MONOTONIC.
public final class EventLoopScheduler: LoopScheduler {
    private let loop: any EventLoop

    /// `loop` must be the one whose executor `GatewayLoop` adopted.
    public nonisolated init(loop: any EventLoop) {
        self.loop = loop
    }

    public var now: MonotonicInstant { MonotonicInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }

    public func schedule(
        at deadline: MonotonicInstant, _ action: @escaping @GatewayLoop () -> Void
    ) -> any ScheduledAction {
        let nanoseconds = min(deadline.nanoseconds, UInt64(Int64.max))
        return EventLoopTimer(
            scheduled: loop.scheduleTask(deadline: .uptimeNanoseconds(nanoseconds)) {
                GatewayLoop.assumeIsolated(action)
            })
    }

    public nonisolated func submit(_ action: @escaping @GatewayLoop () -> Void) {
        loop.execute { GatewayLoop.assumeIsolated(action) }
    }
}

private struct EventLoopTimer: ScheduledAction {
    let scheduled: Scheduled<Void>

    func cancel() { scheduled.cancel() }
}
