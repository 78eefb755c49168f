public import LLMGWCore
public import Logging

/// Keeps the service manager informed, from the gateway loop: a loop that no longer turns sends no sign of life, and is restarted.
///
/// It goes from starting to serving to stopping, which is the last; reloading is a moment of serving. A daemon that another one has succeeded is
/// silent: the manager listens to that one.
@GatewayLoop
public final class ServiceReporter {
    /// While it stops, how often it says so, and for how long that holds. A drain that hangs is ended after the latter.
    private static let stoppingInterval = Duration.seconds(2)
    private static let stoppingGrace = Duration.seconds(10)

    private let send: ([ServiceNotification]) throws(HostError) -> Void
    private let watchdogInterval: Duration?
    private let scheduler: any LoopScheduler
    private let logger: Logger
    /// One line for people: what the service is doing.
    public var status: @GatewayLoop () -> String = { "starting" }
    private var toldStatus = ""
    private var hasFailed = false
    private var isSucceeded = false

    /// Nothing is sent where nobody listens.
    public convenience init(_ manager: ServiceManager, scheduler: any LoopScheduler, logger: Logger) {
        let socket = manager.notifySocket
        self.init(
            watchdogInterval: socket == nil ? nil : manager.watchdogInterval, scheduler: scheduler, logger: logger
        ) {
            notifications throws(HostError) in try socket?.send(notifications)
        }
    }

    init(
        watchdogInterval: Duration?, scheduler: any LoopScheduler, logger: Logger,
        send: @escaping ([ServiceNotification]) throws(HostError) -> Void
    ) {
        self.send = send
        self.watchdogInterval = watchdogInterval
        self.scheduler = scheduler
        self.logger = logger
    }

    /// Connections are accepted. From now on the watchdog is fed.
    public func ready() {
        report([.ready])
        feedWatchdog()
    }

    /// The configuration is being read anew; `reloaded` follows, however that ends.
    public func reloading() { report([.reloading(at: scheduler.now)]) }

    public func reloaded() { report([.ready]) }

    /// Nothing new is accepted. From now on the manager is asked for patience, as long as the loop turns.
    public func stopping() {
        report([.stopping])
        askForPatience()
    }

    /// The service goes on in this process.
    public func succeeded(by process: Int32) {
        report([.mainProcess(process)])
        isSucceeded = true
    }

    private func feedWatchdog() {
        guard let watchdogInterval, !isSucceeded else { return }
        _ = scheduler.schedule(at: scheduler.now + watchdogInterval / 2) { [weak self] in
            self?.report([.watchdog])
            self?.feedWatchdog()
        }
    }

    private func askForPatience() {
        guard !isSucceeded else { return }
        report([.extendTimeout(Self.stoppingGrace)])
        _ = scheduler.schedule(at: scheduler.now + Self.stoppingInterval) { [weak self] in self?.askForPatience() }
    }

    /// With the status, where that is news.
    private func report(_ notifications: [ServiceNotification]) {
        guard !isSucceeded else { return }
        let line = status()
        let news = line == toldStatus ? notifications : notifications + [.status(line)]
        do throws(HostError) {
            try send(news)
            toldStatus = line
            hasFailed = false
        } catch {
            if !hasFailed {
                logger.warning("the service manager does not listen", metadata: ["llmgw-problem": "\(error)"])
            }
            hasFailed = true
        }
    }
}
