import LLMGWCore
import LLMGWTransport
import NIOCore
import Synchronization
import Testing

/// Each in a process of its own: the gateway loop takes its executor once, and the other tests of this process use the default.
@Suite("Event loop scheduler", .timeLimit(.minutes(1)))
struct EventLoopSchedulerTests {
    @Test func timersFireInTheirOrder() async {
        await #expect(processExitsWith: .success) {
            let scheduler = GatewayEventLoop.start().scheduler
            let (order, continuation) = AsyncStream.makeStream(of: Int.self)
            await Task { @GatewayLoop in
                let start = scheduler.now
                for (number, delay) in [(3, 30), (1, 10), (2, 20), (4, -5)] {
                    _ = scheduler.schedule(at: start + .milliseconds(delay)) {
                        #expect(scheduler.now >= start + .milliseconds(delay))
                        continuation.yield(number)
                    }
                }
                scheduler.schedule(at: start + .milliseconds(15)) { continuation.yield(99) }.cancel()
                _ = scheduler.schedule(at: start + .milliseconds(40)) { continuation.finish() }
            }.value
            var fired: [Int] = []
            for await number in order { fired.append(number) }
            #expect(fired == [4, 1, 2, 3])
        }
    }

    @Test func whatIsSubmittedRunsOnTheLoopInOrder() async {
        await #expect(processExitsWith: .success) {
            let scheduler = GatewayEventLoop.start().scheduler
            let (order, continuation) = AsyncStream.makeStream(of: Int.self)
            for number in 0..<100 {
                scheduler.submit {
                    GatewayLoop.shared.preconditionIsolated()
                    continuation.yield(number)
                }
            }
            scheduler.submit { continuation.finish() }
            var ran: [Int] = []
            for await number in order { ran.append(number) }
            #expect(ran == Array(0..<100))
        }
    }

    @Test("A timer that is further away than time goes can be set and cancelled")
    func distantFuture() async {
        await #expect(processExitsWith: .success) {
            let scheduler = GatewayEventLoop.start().scheduler
            await Task { @GatewayLoop in
                scheduler.schedule(at: .distantFuture) { fatalError("time has run out") }.cancel()
            }.value
        }
    }

    @Test("Code that is on the loop already runs at once; anywhere else the process stops")
    func assumeIsolated() async {
        await #expect(processExitsWith: .success) {
            let events = GatewayEventLoop.start()
            let value = try await events.loop.submit { GatewayLoop.assumeIsolated { 7 } }.get()
            #expect(value == 7)
        }
        await #expect(processExitsWith: .failure) {
            _ = GatewayEventLoop.start()
            GatewayLoop.assumeIsolated {}
        }
    }
}
