import LLMGWCore
import LLMGWPolicy
import LLMGWWire

extension Gateway: HostControl {
    /// The first order counts; those after it only hear what it leaves.
    func drain(grace: Duration?) -> DrainReport {
        if !state.isDraining, drainGrace == nil {
            drainGrace = grace ?? generation.configuration.server.drainTimeout
            end(.ordered)
        }
        return DrainReport(
            inFlight: requestsInFlight,
            grace: drainGrace ?? generation.configuration.server.drainTimeout)
    }

    var requestsInFlight: UInt32 { UInt32(clamping: state.calls.all.count { $0.method.service == "Gateway" }) }

    func pause(_ scope: PauseScope, actor: PeerIdentity, reason: String, ttl: Duration?, refuse: Bool) -> Bool {
        guard exists(scope) else { return false }
        state.pauses.pause(
            PauseBook.Order(
                scope: scope, actor: "uid \(actor.uid)", reason: reason, until: ttl.map { scheduler.now + $0 },
                refuses: refuse))
        return true
    }

    func resume(_ scope: PauseScope?) -> Bool { state.pauses.resume(scope) }

    func pauses() -> [PauseStatus] { state.pauses.statuses }

    /// A client is known once it has called; its section of the configuration means all of its users.
    private func exists(_ scope: PauseScope) -> Bool {
        let configuration = generation.configuration
        return switch scope {
        case .all: true
        case .provider(let name): configuration.providers[name] != nil
        case .model(let name): configuration.models[name] != nil
        case .client(let name):
            configuration.clients[name] != nil || state.clients.all.contains { $0.name == name }
        }
    }
}
