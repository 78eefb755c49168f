import Glibc
import LLMGWControl
import LLMGWCore
import LLMGatewayClient

/// All checks, in the order in which one explains the next.
struct Examination {
    let connection: ConnectionOptions
    /// Nil: the daemon's own, else the host's.
    let configurationPath: String?
    let asksProviders: Bool
    /// Gets every finding as soon as it is there.
    let report: (Finding) -> Void

    func run() async {
        let path = connection.socketPath
        SocketCheck.findings(path).forEach(report)
        let client = connection.newClient(patience: .seconds(30))
        Interrupts.askingBegins()
        do throws(GatewayError) {
            try await examine(client)
            await client.close()
        } catch {
            report(
                .failed(
                    "daemon", error.message,
                    error.suggestion.isEmpty ? "Look at its log: journalctl --unit llmgw.service." : error.suggestion))
            report(ServiceCheck.finding(daemonPID: nil))
            let file = ConfigurationCheck(
                configurationPath ?? ConfigurationLoader.systemPath, isNamed: configurationPath != nil)
            file.findings.forEach(report)
            report(DiskCheck.finding(file.stateDirectory))
            report(ClockCheck.finding)
        }
    }

    private func examine(_ client: GatewayClient) async throws(GatewayError) {
        let info = try await client.info()
        let status = try await client.status()
        report(
            .ok(
                "daemon",
                "llmgwd \(info.version) answers, protocol \(info.protocolMajor).\(info.protocolMinor), up \(status.uptime.short)"
            ))
        if info.version != Version.current {
            report(
                .warning(
                    "version", "this tool is \(Version.current), the daemon \(info.version)",
                    "Restart the daemon after an upgrade: systemctl restart llmgw.service."))
        }
        state(status)
        let settings = try await settings(client)
        report(ServiceCheck.finding(daemonPID: status.pid))
        let named = configurationPath ?? settings?.path
        let file = ConfigurationCheck(named ?? ConfigurationLoader.systemPath, isNamed: named != nil)
        file.findings.forEach(report)
        report(DiskCheck.finding(Self.stateDirectory(settings) ?? file.stateDirectory))
        report(LimitsCheck.finding(daemonPID: status.pid))
        report(ClockCheck.finding)
        let hosts = Set(status.providers.compactMap { Endpoint($0.baseURL)?.host })
        for host in hosts.sorted() { report(await NameCheck.finding(host)) }
        try await providers(client)
    }

    private func state(_ status: DaemonStatus) {
        if status.state != .serving {
            report(
                .warning(
                    "state", "the daemon is \(status.state.rawValue)",
                    "llmgw-ctl resume ends a pause; a daemon that drains has to be started anew."))
        }
        for problem in status.problems {
            report(.warning("state", problem, "The daemon goes on without it; its log says more."))
        }
    }

    /// Nil where the caller may not see them.
    private func settings(_ client: GatewayClient) async throws(GatewayError) -> ConfigurationView? {
        do throws(GatewayError) {
            let view = try await client.configuration()
            report(.ok("access", "you are an administrator"))
            return view
        } catch  where error.reason == .permissionDenied {
            report(
                .skipped(
                    "access", "you are not an administrator: settings and providers are not looked at",
                    "Run the doctor as root, or have yourself added to server.admin_users or server.admin_groups."))
            return nil
        }
    }

    /// As TOML writes it; without escapes there is nothing to undo.
    private static func stateDirectory(_ view: ConfigurationView?) -> String? {
        guard let value = view?.settings.first(where: { $0.key == "server.state_directory" })?.value,
            value.hasPrefix("\"/"), value.hasSuffix("\""), !value.contains("\\")
        else {
            return nil
        }
        return String(value.dropFirst().dropLast())
    }

    private func providers(_ client: GatewayClient) async throws(GatewayError) {
        guard asksProviders else { return report(.skipped("providers", "not asked")) }
        do throws(GatewayError) {
            let stream = try await client.testModels()
            var results: [ModelTestResult] = []
            for try await result in stream { results.append(result) }
            _ = try await stream.reply
            ProviderCheck.findings(results).forEach(report)
        } catch  where error.reason == .permissionDenied || error.reason == .unknownMethod {
            report(.skipped("providers", error.message))
        }
    }
}
