import LLMGWCore

/// The connections that have something to send, until the end of the loop's turn: then all send at once, so that a client with several
/// connections is woken once and not for each.
@GatewayLoop
final class FlushList {
    /// Shorter than people and programs notice.
    private static let patience = Duration.milliseconds(10)

    private let scheduler: any LoopScheduler
    private var connections: [ClientConnection] = []
    private var patient: [ClientConnection] = []

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

    /// For what says how far a call is: it goes along with what follows soon, which saves a write and wakes the client once, or by itself a
    /// moment later.
    func addPatient(_ connection: ClientConnection) {
        patient.append(connection)
        guard patient.count == 1 else { return }
        _ = scheduler.schedule(at: scheduler.now + Self.patience) { [self] in
            let ready = patient
            patient = []
            for connection in ready { connection.endPatience() }
        }
    }
}
