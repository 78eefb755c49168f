import LLMGWCore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LLMGWHost

@Suite("Reports to the service manager")
@GatewayLoop
struct ServiceReporterTests {
    private let clock = ManualScheduler()

    private final class Heard {
        var messages: [[ServiceNotification]] = []
        var failure: HostError?
    }

    private let heard = Heard()

    private func reporter(watchdog: Duration? = nil) -> ServiceReporter {
        let reporter = ServiceReporter(
            watchdogInterval: watchdog, scheduler: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { [heard] notifications throws(HostError) in
            if let failure = heard.failure { throw failure }
            heard.messages.append(notifications)
        }
        reporter.status = { "serving" }
        return reporter
    }

    @Test("Twice in each interval, as long as the loop's clock moves")
    func watchdog() {
        let reporter = reporter(watchdog: .seconds(30))
        clock.advance(by: .seconds(100))
        #expect(heard.messages.isEmpty, "nothing is promised before it is ready")
        reporter.ready()
        #expect(heard.messages == [[.ready, .status("serving")]])
        clock.advance(by: .seconds(45))
        #expect(heard.messages.dropFirst() == [[.watchdog], [.watchdog], [.watchdog]])
        reporter.status = { "draining" }
        clock.advance(by: .seconds(15))
        #expect(heard.messages.last == [.watchdog, .status("draining")])
    }

    @Test("Whoever is succeeded says so, and nothing more")
    func succession() {
        let reporter = reporter(watchdog: .seconds(30))
        reporter.ready()
        reporter.succeeded(by: 77)
        #expect(heard.messages.last == [.mainProcess(77)])
        let count = heard.messages.count
        reporter.stopping()
        clock.advance(by: .seconds(100))
        #expect(heard.messages.count == count)
    }

    @Test func withoutAWatchdogNothingWakesTheDaemon() {
        let reporter = reporter()
        reporter.ready()
        clock.advance(by: .seconds(3600))
        #expect(heard.messages.count == 1)
        withExtendedLifetime(reporter) {}
    }

    @Test("While it stops, it asks for patience; a loop that stands still does not")
    func stopping() {
        let reporter = reporter()
        reporter.ready()
        heard.messages = []
        reporter.stopping()
        #expect(heard.messages == [[.stopping], [.extendTimeout(.seconds(10))]])
        clock.advance(by: .seconds(5))
        #expect(heard.messages.count == 4)
    }

    @Test func aReloadIsAnnouncedWithItsTime() {
        let reporter = reporter()
        reporter.ready()
        heard.messages = []
        reporter.reloading()
        reporter.reloaded()
        #expect(heard.messages == [[.reloading(at: clock.now)], [.ready]])
    }

    @Test func whatWasNotHeardIsSaidAgain() {
        let reporter = reporter(watchdog: .seconds(2))
        heard.failure = HostError("nobody listens")
        reporter.ready()
        heard.failure = nil
        clock.advance(by: .seconds(1))
        #expect(heard.messages == [[.watchdog, .status("serving")]])
    }

    @Test("The words of sd_notify(3)")
    func words() throws {
        let receiver = DatagramReceiver()
        let manager = try ServiceManager { $0 == "NOTIFY_SOCKET" ? receiver.path : nil }
        let socket = try #require(manager.notifySocket)
        try socket.send([.ready, .status("一切正常\nREADY=0")])
        #expect(receiver.text == "READY=1\nSTATUS=一切正常 READY=0")
        try socket.send([.reloading(at: MonotonicInstant(nanoseconds: 1_234_567_890))])
        #expect(receiver.text == "RELOADING=1\nMONOTONIC_USEC=1234567")
        try socket.send([.stopping, .extendTimeout(.seconds(10)), .watchdog])
        #expect(receiver.text == "STOPPING=1\nEXTEND_TIMEOUT_USEC=10000000\nWATCHDOG=1")
    }

    @Test func aSocketThatIsGoneIsAnErrorWithItsReason() throws {
        let socket = try NotifySocket(path: "@llmgw-test-nobody")
        let error = #expect(throws: HostError.self) { try socket.send([.ready]) }
        #expect(error?.description == "the service manager cannot be told READY: Connection refused")
        #expect(throws: HostError.self) { try NotifySocket(path: "relative") }
    }
}
