import LLMGWCore
import LLMGWWire

/// Where administrators steer the whole daemon. Every method asks by itself who the caller is.
@GatewayLoop
final class HostService {
    /// A pause's reason is kept, and shown to everybody.
    private static let maxReasonLength = 256

    private let control: @GatewayLoop () -> (any HostControl)?
    private let administrators: Administrators

    /// `control` is asked at each call: the gateway is not complete when its services are made.
    init(control: @escaping @GatewayLoop () -> (any HostControl)?, administrators: Administrators) {
        self.control = control
        self.administrators = administrators
    }

    func reload(_ call: Call) async throws(GatewayError) {
        call.finish(try await reload(try call.request(), for: call.peer))
    }

    func reload(_ command: ReloadCommand, for peer: PeerIdentity) async throws(GatewayError) -> ReloadReport {
        try administrators.require(peer, for: "Reload")
        return try await control().required(for: .reload).reload(command)
    }

    func upgrade(_ call: Call) async throws(GatewayError) {
        call.finish(try await upgrade(try call.request(), for: call.peer))
    }

    func upgrade(_ command: UpgradeCommand, for peer: PeerIdentity) async throws(GatewayError) -> UpgradeReport {
        try administrators.require(peer, for: "Upgrade")
        if let timeout = command.timeout, timeout <= .zero {
            throw GatewayError(.invalidRequest, "timeout_ms: no time at all")
        }
        return try await control().required(for: .upgrade).upgrade(command)
    }

    func drain(_ command: DrainCommand, for peer: PeerIdentity) throws(GatewayError) -> DrainReport {
        try administrators.require(peer, for: "Drain")
        return try control().required(for: .drain).drain(grace: command.grace)
    }

    func pause(_ command: PauseCommand, for peer: PeerIdentity) throws(GatewayError) -> PauseOutcome {
        try administrators.require(peer, for: "Pause")
        let control = try control().required(for: .pause)
        let scope = try Self.scope(command.scope) ?? .all
        if let ttl = command.ttl, ttl <= .zero { throw GatewayError(.invalidRequest, "ttl_ms: no time at all") }
        try command.reason.requireOneLine("reason", maxLength: Self.maxReasonLength)
        let found = control.pause(
            scope, actor: peer, reason: command.reason, ttl: command.ttl, refuse: command.refuse)
        return PauseOutcome(found: found, pauses: control.pauses())
    }

    func resume(_ command: ResumeCommand, for peer: PeerIdentity) throws(GatewayError) -> ResumeOutcome {
        try administrators.require(peer, for: "Resume")
        let control = try control().required(for: .resume)
        let scope = try Self.scope(command.scope)
        let found = control.resume(scope)
        return ResumeOutcome(found: found, pauses: control.pauses())
    }

    private static func scope(_ text: String?) throws(GatewayError) -> PauseScope? {
        guard let text else { return nil }
        guard let scope = PauseScope(text) else {
            throw GatewayError(
                .invalidRequest, "scope: all, provider/NAME, model/NAME or client/NAME is expected")
        }
        return scope
    }
}
