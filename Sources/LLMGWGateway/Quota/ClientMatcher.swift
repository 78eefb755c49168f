import LLMGWCore

/// Finds the section of `[clients]` that describes a caller.
struct ClientMatcher: Sendable {
    /// In the order of their claim: the most telling lists first, then by name.
    private let sections: [ClientSettings]
    private let fallback: ClientSettings
    /// Units and programs are looked up only where a section asks for them.
    let needsLabels: Bool

    init(_ configuration: GatewayConfiguration) {
        fallback = configuration.clients[ClientSettings.defaultName] ?? ClientSettings()
        sections = configuration.clients.values.filter { !$0.match.isEmpty }
            .sorted { ($1.match.rank, $0.name) < ($0.match.rank, $1.name) }
        needsLabels = sections.contains { !$0.match.units.isEmpty || !$0.match.executables.isEmpty }
    }

    /// Whom the section names; nil where there is no such section.
    func users(of section: String) -> Set<UInt32>? {
        (sections + [fallback]).first { $0.name == section }?.match.users
    }

    func settings(for peer: PeerIdentity, labels: PeerLabels) -> ClientSettings {
        sections.first { $0.match.describes(peer, labels) } ?? fallback
    }
}

extension ClientMatch {
    fileprivate var rank: Int {
        (executables.isEmpty ? 0 : 8) + (units.isEmpty ? 0 : 4) + (users.isEmpty ? 0 : 2) + (groups.isEmpty ? 0 : 1)
    }

    fileprivate func describes(_ peer: PeerIdentity, _ labels: PeerLabels) -> Bool {
        (users.isEmpty || users.contains(peer.uid))
            && (groups.isEmpty || groups.contains(peer.gid) || peer.groups.contains(where: groups.contains))
            && (units.isEmpty || labels.unit.map(units.contains) ?? false)
            && (executables.isEmpty || labels.executable.map(executables.contains) ?? false)
    }
}
