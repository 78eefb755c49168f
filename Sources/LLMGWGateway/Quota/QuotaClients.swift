import LLMGWCore
import LLMGWPolicy

/// The clients that have called since the start.
@GatewayLoop
final class QuotaClients {
    private var clients: [String: QuotaClient] = [:]
    private let desk: QuotaDesk
    private var matcher: ClientMatcher

    init(desk: QuotaDesk, _ configuration: GatewayConfiguration) {
        self.desk = desk
        self.matcher = ClientMatcher(configuration)
    }

    /// A client keeps what it has used; what it may use is what its section says now.
    func configure(_ configuration: GatewayConfiguration) {
        matcher = ClientMatcher(configuration)
        for client in clients.values {
            guard let settings = configuration.clients[client.settings.name], settings != client.settings else {
                continue
            }
            client.settings = settings
            desk.configure(client)
        }
    }

    var all: [QuotaClient] { clients.values.sorted { $0.name < $1.name } }

    /// Of a client that has called, or of a section; nil where there is neither.
    func uids(of name: String) -> Set<UInt32>? {
        let called = Set(all.filter { $0.name == name || $0.settings.name == name }.map(\.uid))
        if let users = matcher.users(of: name) { return called.union(users) }
        guard called.isEmpty else { return called }
        // "SECTION/UID", which may not have called yet.
        guard let slash = name.lastIndex(of: "/"), let uid = UInt32(name[name.index(after: slash)...]),
            matcher.users(of: String(name[..<slash])) != nil
        else { return nil }
        return [uid]
    }

    /// Who calls, and how urgently: `wanted`, or less where the client's section gives less.
    func caller(_ peer: PeerIdentity, labels: () -> PeerLabels, wanted: Priority?) -> Caller {
        let settings = matcher.settings(for: peer, labels: matcher.needsLabels ? labels() : PeerLabels())
        let client = client(settings, peer)
        let best = client.settings.priority
        let priority = wanted.map { $0.rawValue > best.rawValue ? $0 : best } ?? best
        return Caller(client: client, priority: priority, peer: peer)
    }

    private func client(_ settings: ClientSettings, _ peer: PeerIdentity) -> QuotaClient {
        let name = settings.clientName(uid: peer.uid)
        let known = clients[name]
        if let known, known.uid == peer.uid { return known }
        // A section that means another user since a reload goes on with what was used; whose requests they were stays as it was.
        let client = QuotaClient(
            id: known?.id ?? ClientID(index: clients.count), name: name, uid: peer.uid, gid: peer.gid,
            settings: settings)
        clients[name] = client
        desk.configure(client)
        return client
    }
}

extension ClientSettings {
    /// The section's name where it means one user, else one that tells its users apart.
    fileprivate func clientName(uid: UInt32) -> String {
        if name == Self.defaultName { return "uid/\(uid)" }
        return match.users.count == 1 ? name : "\(name)/\(uid)"
    }
}
