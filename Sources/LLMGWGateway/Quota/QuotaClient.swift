import LLMGWCore
import LLMGWPolicy

/// Who shares the upstreams with others: one user under one section of `[clients]`.
@GatewayLoop
final class QuotaClient {
    let id: ClientID
    /// Unique; what people see.
    let name: String
    let uid: UInt32
    let gid: UInt32
    /// Of the configuration in force.
    var settings: ClientSettings
    /// When it called last.
    var lastCall = MonotonicInstant(nanoseconds: 0)

    init(id: ClientID, name: String, uid: UInt32, gid: UInt32, settings: ClientSettings) {
        self.id = id
        self.name = name
        self.uid = uid
        self.gid = gid
        self.settings = settings
    }

    func allows(_ model: String) -> Bool { settings.models?.contains(model) ?? true }

    func require(_ model: ModelSettings) throws(GatewayError) {
        guard !allows(model.name) else { return }
        var error = GatewayError(
            .modelNotAllowed, "the client \(name) may not use the model \(model.name) (clients.\(settings.name).models)"
        )
        error.model = model.name
        throw error
    }
}

/// On whose behalf something is done, and how urgently.
struct Caller: Sendable {
    let client: QuotaClient
    let priority: Priority
    /// What the kernel said of the peer, for records.
    let peer: PeerIdentity
}
