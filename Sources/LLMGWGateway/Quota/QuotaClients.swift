import LLMGWCore
import LLMGWPolicy

/// The clients that have called since the start, but for those of which nothing is left: an idle client whose limits are all free, and that has spent
/// nothing of a budget, is forgotten after an hour, so that the table does not grow with every user that ever called.
@GatewayLoop
final class QuotaClients {
    private static let patience = Duration.seconds(3600)

    private var clients: [String: QuotaClient] = [:]
    /// Those that no section describes since a reload.
    private var resting: [String: QuotaClient] = [:]
    /// Numbers that no client has any more, and the first one that no client ever had.
    private var freeNumbers: [Int] = []
    private var nextNumber = 0
    /// At this many clients it is time to look for those that can be forgotten.
    private var trimCount = 64
    private let desk: QuotaDesk
    private var matcher: ClientMatcher
    /// Hears who is forgotten.
    private let onForget: @GatewayLoop (QuotaClient) -> Void

    init(
        desk: QuotaDesk, _ configuration: GatewayConfiguration,
        onForget: @escaping @GatewayLoop (QuotaClient) -> Void = { _ in }
    ) {
        self.desk = desk
        self.matcher = ClientMatcher(configuration)
        self.onForget = onForget
    }

    /// A client keeps what it has used; what it may use is what its section says now.
    func configure(_ configuration: GatewayConfiguration) {
        matcher = ClientMatcher(configuration)
        for (name, client) in clients {
            guard let settings = configuration.clients[client.settings.name], settings.describes(client) else {
                clients[name] = nil
                resting[name] = client
                desk.rest(client)
                continue
            }
            guard settings != client.settings else { continue }
            client.settings = settings
            desk.configure(client)
        }
        trim()
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
        client.lastCall = desk.scheduler.now
        let best = client.settings.priority
        let priority = wanted.map { $0.rawValue > best.rawValue ? $0 : best } ?? best
        return Caller(client: client, priority: priority, peer: peer)
    }

    private func client(_ settings: ClientSettings, _ peer: PeerIdentity) -> QuotaClient {
        let name = settings.clientName(uid: peer.uid)
        if let known = clients[name], known.uid == peer.uid { return known }
        // A section that means another user since a reload goes on with what was used; whose requests they were stays as it was.
        let known = clients[name] ?? resting.removeValue(forKey: name)
        if known == nil, clients.count + resting.count >= trimCount { trim() }
        let client = QuotaClient(
            id: known?.id ?? newID(), name: name, uid: peer.uid, gid: peer.gid, settings: settings)
        clients[name] = client
        desk.configure(client)
        return client
    }

    private func newID() -> ClientID {
        if let number = freeNumbers.popLast() { return ClientID(index: number) }
        nextNumber += 1
        return ClientID(index: nextNumber - 1)
    }

    private func trim() {
        let latest = desk.scheduler.now + (.zero - Self.patience)
        for client in [clients, resting].flatMap(\.values) where client.lastCall <= latest && desk.isIdle(client) {
            desk.forget(client)
            clients[client.name] = nil
            resting[client.name] = nil
            freeNumbers.append(client.id.index)
            onForget(client)
        }
        // Looking at all of them is worth it when there are twice as many.
        trimCount = max(64, 2 * (clients.count + resting.count))
    }
}

extension ClientSettings {
    /// The section's name where it means one user, else one that tells its users apart.
    fileprivate func clientName(uid: UInt32) -> String {
        if name == Self.defaultName { return "uid/\(uid)" }
        return match.users.count == 1 ? name : "\(name)/\(uid)"
    }

    /// Whether calls of the client's user can still be its calls.
    @GatewayLoop
    fileprivate func describes(_ client: QuotaClient) -> Bool {
        clientName(uid: client.uid) == client.name && (match.users.isEmpty || match.users.contains(client.uid))
    }
}
