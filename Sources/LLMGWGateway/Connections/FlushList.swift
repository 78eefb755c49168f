import LLMGWCore

/// The connections that have something to send, until the end of the loop's turn: then all send at once, so that a client with several
/// connections is woken once and not for each.
@GatewayLoop
final class FlushList {
    private let scheduler: any LoopScheduler
    private var connections: [ClientConnection] = []

    init(scheduler: any LoopScheduler) {
        self.scheduler = scheduler
    }

    func add(_ connection: ClientConnection) {
        connections.append(connection)
        guard connections.count == 1 else { return }
        scheduler.submit { [self] in
            let ready = connections
            connections = []
            for connection in ready { connection.pump() }
        }
    }
}
