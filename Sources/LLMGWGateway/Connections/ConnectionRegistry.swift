import LLMGWCore
import LLMGWWire
import NIOCore

/// All connections, and the clock that closes those that are idle or take nothing.
@GatewayLoop
final class ConnectionRegistry {
    private static let sweepInterval = Duration.seconds(1)

    var settings: ServerSettings
    private let scheduler: any LoopScheduler
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    /// Of connections that are gone.
    private var pastFrames = (received: FrameCounts(), sent: FrameCounts())
    /// How much later than planned the clock came to its turn, in seconds: so long what comes from a program or an upstream waits too.
    private(set) var lag = Histogram(bounds: [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
    ])
    private var sweepTimer: (any ScheduledAction)?

    init(settings: ServerSettings, scheduler: any LoopScheduler) {
        self.settings = settings
        self.scheduler = scheduler
    }

    var count: Int { connections.count }
    var all: [ClientConnection] { Array(connections.values) }

    func add(_ connection: ClientConnection) {
        connections[ObjectIdentifier(connection)] = connection
        if sweepTimer == nil { scheduleSweep() }
    }

    /// False if it was removed before.
    func remove(_ connection: ClientConnection) -> Bool {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return false }
        Self.add(connection, to: &pastFrames)
        return true
    }

    /// Since the start. Each connection counts for itself and they are added up here, so that a frame finds its counter at hand.
    var frames: (received: FrameCounts, sent: FrameCounts) {
        connections.values.reduce(into: pastFrames) { Self.add($1, to: &$0) }
    }

    private static func add(_ connection: ClientConnection, to sums: inout (received: FrameCounts, sent: FrameCounts)) {
        sums.received += connection.receivedFrames
        sums.sent += connection.sentFrames
    }

    /// Only while there are connections: an idle daemon sleeps.
    private func scheduleSweep() {
        let due = scheduler.now + Self.sweepInterval
        sweepTimer = scheduler.schedule(at: due) { [weak self] in
            guard let self else { return }
            sweepTimer = nil
            lag.add((scheduler.now - due).inSeconds)
            sweep()
            if !connections.isEmpty { scheduleSweep() }
        }
    }

    private func sweep() {
        let now = scheduler.now
        for connection in all {
            if let since = connection.stalledSince, now - since >= settings.writeTimeout {
                connection.abort()
            } else if connection.isAbandoned, now - connection.lastActivity >= settings.idleTimeout {
                connection.abort()
            } else if connection.isIdle, now - connection.lastActivity >= settings.idleTimeout {
                connection.goAway(reason: "idle", grace: .zero)
            }
        }
    }
}
