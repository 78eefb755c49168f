import LLMGWCore
import Logging

/// Says in the log that callers wait because nothing is left to accept them with: once a minute, though it is tried ten times a second.
@GatewayLoop
final class AcceptShortage {
    private static let interval = Duration.seconds(60)

    private let scheduler: any LoopScheduler
    private let logger: Logger
    private var lastWarning: MonotonicInstant?

    init(scheduler: any LoopScheduler, logger: Logger) {
        self.scheduler = scheduler
        self.logger = logger
    }

    func note(_ problem: String) {
        let now = scheduler.now
        if let lastWarning, now < lastWarning + Self.interval { return }
        lastWarning = now
        logger.error(
            "connections wait and cannot be accepted; raise LimitNOFILE, or lower server.max_connections_per_uid",
            metadata: ["llmgw-problem": "\(problem)"])
    }
}
