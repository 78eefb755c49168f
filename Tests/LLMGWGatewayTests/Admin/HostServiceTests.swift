import LLMGWCore
import LLMGWWire
import Testing

@testable import LLMGWGateway

@Suite("Steering the daemon: who may do what")
@GatewayLoop
struct HostServiceTests {
    private let host = HostInMemory()
    private var service: HostService {
        HostService(control: { host }, administrators: Peers.administrators)
    }

    @Test func othersDoNothing() async {
        func expectDenied(_ action: () async throws(GatewayError) -> Void) async {
            let error = await #expect(throws: GatewayError.self) { try await action() }
            #expect(error?.reason == .permissionDenied)
        }
        let (service, peer) = (service, Peers.stranger)
        await expectDenied { () throws(GatewayError) in _ = try await service.reload(ReloadCommand(), for: peer) }
        await expectDenied { () throws(GatewayError) in _ = try await service.upgrade(UpgradeCommand(), for: peer) }
        await expectDenied { () throws(GatewayError) in _ = try service.drain(DrainCommand(), for: peer) }
        await expectDenied { () throws(GatewayError) in _ = try service.pause(PauseCommand(), for: peer) }
        await expectDenied { () throws(GatewayError) in _ = try service.resume(ResumeCommand(), for: peer) }
        #expect(host.orders.isEmpty)
    }

    @Test func administratorsReloadAndDrain() async throws {
        #expect(try await service.reload(ReloadCommand(dryRun: true), for: Peers.member).path == "/etc/配置.toml")
        #expect(try service.drain(DrainCommand(grace: .seconds(7)), for: Peers.administrator).grace == .seconds(7))
        #expect(host.orders == ["reload dry", "drain 7.0 seconds"])
    }

    @Test func anUpgradeIsGivenTime() async throws {
        let report = try await service.upgrade(UpgradeCommand(timeout: .seconds(5)), for: Peers.member)
        #expect(report.version == "新" && host.orders == ["upgrade within 5.0 seconds"])
        let service = service
        let error = await #expect(throws: GatewayError.self) {
            try await service.upgrade(UpgradeCommand(timeout: .zero), for: Peers.member)
        }
        #expect(error?.reason == .invalidRequest && error?.message.hasPrefix("timeout_ms:") == true)
    }

    @Test("Without a scope, everything is paused, and every pause ends")
    func pauseAndResume() throws {
        let command = PauseCommand(scope: "model/大/v1", reason: "维护", ttl: .seconds(5), refuse: true)
        let outcome = try service.pause(command, for: Peers.administrator)
        #expect(outcome.found && outcome.pauses.map(\.scope) == ["model/大/v1"])
        #expect(try service.pause(PauseCommand(), for: Peers.administrator).pauses.count == 2)
        #expect(try !service.pause(PauseCommand(scope: "model/没有"), for: Peers.administrator).found)
        #expect(try service.resume(ResumeCommand(scope: "all"), for: Peers.member).pauses.count == 1)
        #expect(try service.resume(ResumeCommand(), for: Peers.member).pauses.isEmpty)
        #expect(
            host.orders == [
                "pause model/大/v1 for 5.0 seconds, refusing, by 4001: 维护", "pause all, by 4001: ", "resume all",
                "resume",
            ])
    }

    @Test(
        "An order that has no meaning is refused, with its field",
        arguments: [
            (PauseCommand(scope: "deployment/a/b"), "scope:"), (PauseCommand(scope: ""), "scope:"),
            (PauseCommand(ttl: .zero), "ttl_ms:"), (PauseCommand(reason: "two\nlines"), "reason:"),
            (PauseCommand(reason: String(repeating: "长", count: 257)), "reason:"),
        ])
    func orders(_ command: PauseCommand, place: String) {
        let error = #expect(throws: GatewayError.self) { try service.pause(command, for: Peers.administrator) }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.message.hasPrefix(place) == true)
        #expect(host.orders.isEmpty)
    }
}

/// Does nothing, and remembers what it was told.
@GatewayLoop
private final class HostInMemory: HostControl {
    private(set) var orders: [String] = []
    private var paused: [PauseStatus] = []

    func reload(_ command: ReloadCommand) async -> ReloadReport {
        orders.append(command.dryRun ? "reload dry" : "reload")
        return ReloadReport(path: "/etc/配置.toml")
    }

    func upgrade(_ command: UpgradeCommand) async -> UpgradeReport {
        orders.append("upgrade within \(command.timeout.map { "\($0)" } ?? "its own time")")
        return UpgradeReport(done: true, version: "新")
    }

    func drain(grace: Duration?) -> DrainReport {
        orders.append("drain \(grace.map { "\($0)" } ?? "as configured")")
        return DrainReport(grace: grace ?? .zero)
    }

    func pause(_ scope: PauseScope, actor: PeerIdentity, reason: String, ttl: Duration?, refuse: Bool) -> Bool {
        guard scope != .model("没有") else { return false }
        let span = ttl.map { " for \($0)" } ?? ""
        orders.append("pause \(scope)\(span)\(refuse ? ", refusing" : ""), by \(actor.uid): \(reason)")
        paused.append(PauseStatus(scope: scope.description))
        return true
    }

    func resume(_ scope: PauseScope?) -> Bool {
        orders.append(scope.map { "resume \($0)" } ?? "resume")
        paused.removeAll { scope == nil || $0.scope == scope?.description }
        return true
    }

    func pauses() -> [PauseStatus] { paused }
}
