import LLMGWCore
import LLMGWTransport
import LLMGWUpstream
import Logging
import NIOCore
import ServiceLifecycle

extension Gateway {
    /// No new connections and calls; those that run have a while.
    func drain(_ servers: [any Channel]) async {
        state.events.publish(
            .drain, .notice, "the daemon comes to its end; \(state.calls.count) calls run")
        state.drainSignal.raise()
        onEvent(.draining)
        generation.stopChecks()
        let grace = drainGrace ?? generation.configuration.server.drainTimeout
        drainGrace = grace
        logger.info("draining", metadata: ["llmgw-calls": "\(state.calls.count)", "llmgw-grace": "\(grace)"])
        for server in servers { try? await server.close() }
        for connection in state.connections.all {
            connection.goAway(
                reason: successor == nil ? "the daemon is shutting down" : "another daemon goes on", grace: grace)
        }
        // A connection is open for as long as it has a call, or a request of which parts are still to come.
        await withGracefulShutdownHandler {
            await waitForConnections(until: min(scheduler.now + grace, hastenedEnd ?? .distantFuture))
        } onGracefulShutdown: { [self] in
            // A signal that comes after an administrator's order has the time that signals have, and no more.
            eventLoop.scheduler.submit { [self] in
                let end = scheduler.now + generation.configuration.server.drainTimeout
                hastenedEnd = end
                hasten?(end)
            }
        }
        if state.calls.count > 0 {
            // An upstream may be at work on them; for those that still wait, the queue says that they were not begun.
            var error = GatewayError(.draining, "the daemon shut down before the request was done")
            error.retry = .ambiguous
            for call in state.calls.all { call.cancel(error) }
            await waitForCalls(until: scheduler.now + .seconds(1))
        }
        // What was queued for the clients has to leave; who does not take it is cut off.
        await waitForConnections(until: scheduler.now + .seconds(1))
        for connection in state.connections.all { connection.abort() }
        await state.driver.shutdown()
        await generation.cache.disk?.close()
        await state.usageBook.close()
        await successor?.close()
    }

    private func waitForCalls(until deadline: MonotonicInstant) async {
        await withCheckedContinuation { continuation in
            let waiter = OneShot(continuation)
            let timer = scheduler.schedule(at: deadline) { waiter.resume() }
            state.calls.whenEmpty {
                timer.cancel()
                waiter.resume()
            }
        }
    }

    private func waitForConnections(until deadline: MonotonicInstant) async {
        await withCheckedContinuation { continuation in
            let waiter = OneShot(continuation)
            let timer = scheduler.schedule(at: deadline) { waiter.resume() }
            hasten = { [scheduler] earlier in
                guard earlier < deadline else { return }
                _ = scheduler.schedule(at: earlier) { waiter.resume() }
            }
            onLastConnectionClosed = { [self] in
                timer.cancel()
                hasten = nil
                waiter.resume()
            }
            if state.connections.count == 0 { onLastConnectionClosed?() }
        }
    }
}

/// A continuation with several who may resume it; the first one does.
@GatewayLoop
private final class OneShot {
    private var continuation: CheckedContinuation<Void, Never>?

    init(_ continuation: CheckedContinuation<Void, Never>) {
        self.continuation = continuation
    }

    func resume() {
        continuation?.resume()
        continuation = nil
    }
}
