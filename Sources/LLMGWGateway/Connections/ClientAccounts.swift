import LLMGWCore

/// What each user has open, so that one program's mistake does not take the daemon from the others.
@GatewayLoop
final class ClientAccounts {
    private struct Account {
        var connections = 0
        var streams = 0
        var watches = 0
        var requests: UInt64 = 0
    }

    var settings: ServerSettings
    private var accounts: [UInt32: Account] = [:]

    init(settings: ServerSettings) {
        self.settings = settings
    }

    func openConnection(uid: UInt32) throws(GatewayError) {
        guard accounts[uid]?.connections ?? 0 < settings.maxConnectionsPerUID else {
            var error = GatewayError(
                .tooManyConnections,
                "uid \(uid) has \(settings.maxConnectionsPerUID) connections open (server.max_connections_per_uid)")
            error.notProcessed = true
            throw error
        }
        accounts[uid, default: Account()].connections += 1
    }

    func closeConnection(uid: UInt32) {
        accounts[uid]?.connections -= 1
    }

    func openStream(uid: UInt32) throws(GatewayError) {
        guard accounts[uid]?.streams ?? 0 < settings.maxStreamsPerUID else {
            var error = GatewayError(
                .tooManyStreams, "uid \(uid) has \(settings.maxStreamsPerUID) calls open (server.max_streams_per_uid)")
            error.notProcessed = true
            throw error
        }
        accounts[uid, default: Account()].streams += 1
        accounts[uid]?.requests += 1
    }

    func closeStream(uid: UInt32) {
        accounts[uid]?.streams -= 1
    }

    func openWatch(uid: UInt32) throws(GatewayError) {
        guard accounts[uid]?.watches ?? 0 < settings.maxWatchesPerUID else {
            var error = GatewayError(
                .tooManyStreams,
                "uid \(uid) watches events in \(settings.maxWatchesPerUID) calls (server.max_watches_per_uid)")
            error.notProcessed = true
            throw error
        }
        accounts[uid, default: Account()].watches += 1
    }

    func closeWatch(uid: UInt32) {
        accounts[uid]?.watches -= 1
    }

    var statuses: [ClientStatus] {
        accounts.sorted { $0.key < $1.key }.map { uid, account in
            ClientStatus(
                uid: uid, connections: UInt32(account.connections), streams: UInt32(account.streams),
                requests: account.requests)
        }
    }
}
