import Glibc

/// Whether systemd runs the daemon, and how that went.
enum ServiceCheck {
    static let unit = "llmgw.service"
    private static let wanted = "--property=LoadState,ActiveState,SubState,Result,MainPID,NRestarts,UnitFileState"

    static func finding(daemonPID: UInt32?) -> Finding {
        guard access("/run/systemd/system", F_OK) == 0 else {
            return .skipped("service", "this host is not run by systemd")
        }
        let answers = [
            HostCommand.output("systemctl", "show", unit, wanted),
            HostCommand.output("systemctl", "--user", "show", unit, wanted),
        ].compactMap(\.self).map(HostCommand.properties)
        // The manager whose unit the daemon is, else the system's.
        let mine = answers.first { daemonPID != nil && $0["MainPID"] == daemonPID.map { "\($0)" } }
        guard let properties = mine ?? answers.first else {
            return .skipped("service", "systemctl does not answer")
        }
        return judge(properties, daemonPID: daemonPID)
    }

    static func judge(_ properties: [String: String], daemonPID: UInt32?) -> Finding {
        let state = "\(properties["ActiveState"] ?? "unknown") (\(properties["SubState"] ?? "unknown"))"
        let isRunning = daemonPID != nil
        if properties["LoadState"] != "loaded" {
            let message = "there is no unit \(unit)\(isRunning ? "; the daemon was started by other means" : "")"
            return .warning(
                "service", message, "Install the package llmgw, so that systemd starts it and watches over it.")
        }
        if properties["ActiveState"] == "failed" {
            return .failed(
                "service", "\(unit) is \(state): \(properties["Result"] ?? "unknown")",
                "journalctl --unit \(unit) says why; then systemctl reset-failed \(unit) and systemctl start \(unit).")
        }
        if let daemonPID, properties["MainPID"] != "\(daemonPID)" {
            return .warning(
                "service", "\(unit) is \(state), and the daemon at the socket is another process (\(daemonPID))",
                "Stop one of them, or name the socket that you mean with --socket.")
        }
        if let restarts = properties["NRestarts"].flatMap(Int.init), restarts > 0 {
            return .warning(
                "service", "\(unit) is \(state), and was restarted \(restarts) times after it failed",
                "journalctl --unit \(unit) says why.")
        }
        return .ok("service", "\(unit) is \(state), \(properties["UnitFileState"] ?? "unknown") at boot")
    }
}
