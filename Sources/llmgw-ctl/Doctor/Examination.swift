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
        SocketCheck.findings(connection.socketPath).forEach(report)
        Interrupts.askingBegins()
        let client = connection.newClient(patience: .seconds(30))
        let status = await greet(client)
        let settings = status == nil ? nil : await settings(client)
        if let status { state(status) }
        report(ServiceCheck.finding(daemonPID: status?.pid))
        let named = configurationPath ?? settings?.path
        let file = ConfigurationCheck(
            named ?? ConfigurationLoader.systemPath, isNamed: named != nil, daemonPID: status?.pid)
        file.findings.forEach(report)
        report(DiskCheck.finding(Self.stateDirectory(settings) ?? file.stateDirectory))
        if let status { report(LimitsCheck.finding(daemonPID: status.pid)) }
        report(ClockCheck.finding)
        if let status {
            let hosts = Set(status.providers.compactMap { Endpoint($0.baseURL)?.host })
            for host in hosts.sorted() { report(await NameCheck.finding(host)) }
            await providers(client)
        }
        await client.close()
    }

    /// Nil where the daemon does not answer.
    private func greet(_ client: GatewayClient) async -> DaemonStatus? {
        do throws(GatewayError) {
            let info = try await client.info()
            let status = try await client.status()
            let version = "protocol \(info.protocolMajor).\(info.protocolMinor)"
            report(.ok("daemon", "llmgwd \(info.version) answers, \(version), up \(status.uptime.short)"))
            if info.version != Version.current {
                report(
                    .warning(
                        "version", "this tool is \(Version.current), the daemon \(info.version)",
                        "Restart the daemon after an upgrade: systemctl restart llmgw.service."))
            }
            return status
        } catch {
            report(
                .failed(
                    "daemon", error.message, Self.remedy(error, "Look at its log: journalctl --unit llmgw.service.")))
            return nil
        }
    }

    private static func remedy(_ error: GatewayError, _ otherwise: String) -> String {
        error.suggestion.isEmpty ? otherwise : error.suggestion
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
    private func settings(_ client: GatewayClient) async -> ConfigurationView? {
        do throws(GatewayError) {
            let view = try await client.configuration()
            report(.ok("access", "you are an administrator"))
            return view
        } catch  where error.reason == .permissionDenied {
            report(
                .skipped(
                    "access", "you are not an administrator: settings and providers are not looked at",
                    "Run the doctor as root, or have yourself added to server.admin_users or server.admin_groups."))
        } catch {
            report(.failed("access", error.message, Self.remedy(error, "Look at the daemon's log.")))
        }
        return nil
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

    private func providers(_ client: GatewayClient) async {
        guard asksProviders else { return report(.skipped("providers", "not asked")) }
        var results: [ModelTestResult] = []
        do throws(GatewayError) {
            let stream = try await client.testModels()
            for try await result in stream { results.append(result) }
            _ = try await stream.reply
            ProviderCheck.findings(results).forEach(report)
        } catch  where error.reason == .permissionDenied || error.reason == .unknownMethod {
            report(.skipped("providers", error.message))
        } catch {
            ProviderCheck.findings(results).forEach(report)
            let message = "after \(results.count) answers of deployments: \(error.message)"
            report(
                .failed(
                    "providers", message, "llmgw-ctl test shows which do not answer; --timeout gives them more time."))
        }
    }
}
